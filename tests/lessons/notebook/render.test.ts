import assert from "node:assert/strict";
import { test } from "node:test";
import { figureHtml, outputsHtml } from "../../../lessons/notebook/outputs.ts";
import { lessonPage } from "../../../lessons/notebook/page.ts";
import { pageData } from "../../../lessons/notebook/page-data.ts";
import { renderLesson } from "../../../lessons/notebook/render.ts";
import { cell, lessonOf, tools } from "./sample.ts";

const html = (body: string): string => renderLesson(lessonOf(body), {}, tools);
const hostile = "<script>alert(1)</script><img src=x onerror=alert(1)>";

test("renderLesson(lesson) lets no markup of the text through", () => {
  const page = html(
    `${hostile} **${hostile}** \`${hostile}\`\n\n${cell("ts cell id=a", `"${hostile}"`)}\n## ${hostile}\n`,
  );
  assert.doesNotMatch(page, /<script|<img/);
  assert.match(page, /&lt;script&gt;/);
});

test("lessonPage(lesson) cannot be left from inside its embedded data", () => {
  const lesson = lessonOf(cell("ts cell id=a", `\`</script>${hostile}\``));
  const whole = lessonPage(lesson, "", pageData(lesson), {}, false, new Map(), tools.sourceUrl);
  const own = '<script defer src="assets/live.js"></script>';
  assert.ok(whole.includes(own));
  const page = whole.replace(own, "");
  assert.equal(page.match(/<script/g)?.length, 1);
  assert.equal(page.match(/<\/script/g)?.length, 1);
  const data = JSON.parse(/<script[^>]*>(.*)<\/script>/s.exec(page)?.[1] ?? "") as {
    cells: { text: string }[];
  };
  assert.match(data.cells[0]?.text ?? "", /<\/script><script>/);
});

test("outputsHtml(id, outputs) escapes what a cell printed, threw and tabulated", () => {
  const page = outputsHtml("a", [
    { output_type: "stream", name: "stdout", text: hostile },
    { output_type: "error", ename: hostile, evalue: hostile },
    {
      output_type: "execute_result",
      data: {
        "text/plain": "",
        "application/vnd.relukit.grid+json": { caption: hostile, columns: [hostile], rows: [[hostile]] },
      },
    },
    { output_type: "execute_result", data: { "text/plain": hostile, "text/html": hostile } },
  ]);
  assert.doesNotMatch(page, /<script|<img/);
});

test("figureHtml(svg) puts the text alternative inside, and refuses more than shapes and words", () => {
  const figure = figureHtml(
    '<svg viewBox="0 0 1 1"><path d="M0,0"/></svg>',
    "a",
    "It <falls>",
    "[figure: 1 curve]",
  );
  assert.match(
    figure,
    /<svg viewBox="0 0 1 1" role="img" aria-labelledby="a-title a-desc"><title id="a-title">1 curve<\/title><desc id="a-desc">It &lt;falls&gt;<\/desc>/,
  );
  for (const bad of [
    "<script>1</script>",
    '<path onclick="x"/>',
    '<a href="x">x</a>',
    "<foreignObject/>",
    "<style>a</style>",
    '<rect fill="url(x)"/>',
  ])
    assert.throws(() => figureHtml(`<svg>${bad}</svg>`, "a", "", ""), { name: "TypeError" });
});

test("renderLesson(lesson) draws math with its source for readers of MathML, and trusts none of it", () => {
  assert.match(html("A $x^2$ b.\n"), /<math[^>]*>.*<msup>/s);
  assert.match(html("$$\n\\frac{a}{b}\n$$\n"), /class="math"[\s\S]*<mfrac>/);
  assert.doesNotMatch(html("$\\href{javascript:alert(1)}{x}$ $\\includegraphics{x}$\n"), /<a |href=|<img/);
  assert.match(html("It costs $5 and $6.\n"), /It costs \$5 and \$6\./);
});

test("renderLesson(lesson) names the line of math that it cannot read", () => {
  assert.throws(
    () => html("Words.\n\nMore\nand $\\frac{a$ here.\n"),
    /lesson\.md:12: math `\\frac\{a` cannot be read/,
  );
  assert.throws(() => html("\n\n$$\n\\nope\n$$\n"), /lesson\.md:11: math `\\nope` cannot be read/);
});

test("renderLesson(lesson) inserts a quoted declaration with its docstring and a link, or names the line", () => {
  const page = html(cell("ts quote from=reference/a.ts name=twice"));
  assert.match(page, /Twice\. \*\/\nexport const twice = 2;/);
  assert.match(page, /href="source\/reference\/a\.ts\.html"/);
  assert.throws(
    () => html(`\n${cell("ts quote from=reference/a.ts name=twise")}`),
    /lesson\.md:10: .*did you mean twice\?/,
  );
});

test("renderLesson(lesson) gathers hints, solution and check with their exercise, folded", () => {
  const page = html(
    [
      cell("ts exercise id=ex minutes=5 difficulty=2 title=Twice", "const f = 0;"),
      "::: hint for=ex level=1\nThink.\n:::\n",
      cell("ts solution for=ex", "const f = 2;"),
      cell("ts check for=ex", 'check("f is 2", f, 2);'),
      "After.\n",
    ].join("\n"),
  );
  const section = /<section class="exercise" id="ex"[\s\S]*?<\/section>/.exec(page)?.[0] ?? "";
  assert.equal(section.match(/<details/g)?.length, 3);
  assert.match(section, /aria-label="difficulty 2 of 5"/);
  assert.match(page.slice(page.indexOf("</section>")), /After\./);
});

test("renderLesson(lesson) gives each option of a quiz its verdict and its reason", () => {
  const page = html("::: quiz id=q\nWhich?\n\n- [ ] $a$ is\n  > No.\n- [x] b\n:::\n");
  assert.match(page, /data-right="false"><summary>.*is<\/summary>.*Not this one\..*No\./s);
  assert.match(page, /data-right="true"><summary>b<\/summary>.*Right\./s);
  assert.doesNotMatch(page, /\[x\]|\[ \]/);
});

test("renderLesson(lesson) turns links to lessons and sources into pages, and refuses others and images", () => {
  assert.match(html("[a](../l01-activations/lesson.md#beta)"), /href="l01-activations\.html#beta"/);
  assert.match(html("[a](reference/tensor.ts)"), /href="source\/reference\/tensor\.ts\.html"/);
  assert.throws(
    () => html("[a](../l01-activation/lesson.md)"),
    /lesson\.md:9: link .* did you mean l01-activations\?/,
  );
  assert.throws(() => html("[a](notes.txt)"), /lesson\.md:9: link goes to notes\.txt/);
  assert.throws(() => html("![a](b.png)"), /lesson\.md:9: an image is used/);
});

test("renderLesson(lesson) keeps the presenter's notes hidden", () => {
  assert.match(html("::: notes\nSay it slowly.\n:::\n"), /<aside class="notes" hidden>/);
});

test("renderLesson(lesson, …, reader) opens solutions for a solver, and shows notes to an instructor alone", () => {
  const lesson = lessonOf(
    [
      cell("ts exercise id=ex-a minutes=3 difficulty=1", "const a = 0;"),
      cell("ts solution for=ex-a", "const a = 1;"),
      cell("ts check for=ex-a", 'check("a is 1", a, 1);'),
      "::: notes\nSay it.\n:::",
    ].join("\n"),
  );
  const [learner, solver, instructor] = (["learner", "solver", "instructor"] as const).map((reader) =>
    renderLesson(lesson, {}, tools, reader),
  );
  assert.match(learner ?? "", /<details class="solution"><summary>/);
  for (const page of [solver, instructor]) assert.match(page ?? "", /<details class="solution" open>/);
  for (const page of [learner, solver]) assert.match(page ?? "", /<aside class="notes" hidden>/);
  assert.match(instructor ?? "", /<aside class="notes" aria-label="For the presenter">/);
});
