import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import type { Output } from "../../../lessons/notebook/cell.ts";
import { notebook } from "../../../lessons/notebook/ipynb.ts";
import {
  check,
  colors,
  controls,
  drawn,
  failures,
  cell as named,
  ready,
  redraw,
  show,
  spec,
} from "../../../lessons/notebook/notebook-runtime.ts";
import { writeNotebooks } from "../../../lessons/notebook/notebooks.node.ts";
import { lessonIds } from "../../../lessons/notebook/shelf.node.ts";
import { sources } from "../../../lessons/notebook/sources.node.ts";
import { cell, lessonOf, scratch } from "./sample.ts";

type Fields = Readonly<Record<string, unknown>>;
const folders = [false, true].map((solutions) =>
  writeNotebooks(sources, join(scratch(), "notebooks"), { solutions }),
);
const [learner, solved] = folders as [(typeof folders)[0], (typeof folders)[0]];

const cellsOf = (text: string): Fields[] => (JSON.parse(text) as { readonly cells: Fields[] }).cells;
const sourceOf = (one: Fields): string => (one["source"] as readonly string[]).join("");

/** Every notebook of both editions. */
async function* all(): AsyncGenerator<{ name: string; out: string; text: string; solutions: boolean }> {
  for (const [at, folder] of folders.entries()) {
    const { out, notebooks } = await folder;
    for (const name of notebooks)
      yield { name, out, text: readFileSync(join(out, name), "utf8"), solutions: at === 1 };
  }
}

const keysOf = (value: unknown): string[] => Object.keys(value as object).sort();
const isLines = (value: unknown): boolean =>
  Array.isArray(value) &&
  value.every(
    (line, at) =>
      typeof line === "string" &&
      /^[^\n]*\n?$/.test(line) &&
      (at === value.length - 1 || line.endsWith("\n")),
  );

/** The rules of nbformat 4.5's schema that a notebook of ours comes near. */
function holds45(where: string, text: string): void {
  const book = JSON.parse(text) as Fields;
  assert.deepEqual(keysOf(book), ["cells", "metadata", "nbformat", "nbformat_minor"], where);
  assert.equal(book["nbformat"], 4, where);
  assert.equal(book["nbformat_minor"], 5, where);
  const { kernelspec, language_info } = book["metadata"] as Readonly<Record<string, Fields>>;
  assert.deepEqual(kernelspec, { display_name: "Deno", language: "typescript", name: "deno" }, where);
  assert.equal(language_info?.["name"], "typescript", where);
  assert.equal(language_info?.["file_extension"], ".ts", where);
  const ids = cellsOf(text).map((one) => one["id"]);
  assert.equal(new Set(ids).size, ids.length, `${where}: ids are unique`);
  for (const one of cellsOf(text)) {
    const id = `${where}: ${String(one["id"])}`;
    assert.match(String(one["id"]), /^[A-Za-z0-9_-]{1,64}$/, id);
    assert.ok(isLines(one["source"]), `${id}: source is a list of lines`);
    assert.equal(typeof one["metadata"], "object", id);
    const shared = ["cell_type", "id", "metadata", "source"];
    if (one["cell_type"] === "markdown") assert.deepEqual(keysOf(one), shared, id);
    else {
      assert.equal(one["cell_type"], "code", id);
      assert.deepEqual(keysOf(one), [...shared, "execution_count", "outputs"].sort(), id);
      assert.equal(one["execution_count"], null, id);
      for (const output of one["outputs"] as readonly Fields[]) holdsOutput(id, output);
    }
  }
}

function holdsOutput(id: string, output: Fields): void {
  if (output["output_type"] === "stream") {
    assert.deepEqual(keysOf(output), ["name", "output_type", "text"], id);
    assert.ok(isLines(output["text"]), id);
    return;
  }
  assert.equal(output["output_type"], "display_data", id);
  assert.deepEqual(keysOf(output), ["data", "metadata", "output_type"], id);
  const data = output["data"] as Fields;
  assert.ok("text/plain" in data, `${id}: text/plain is always there`);
  for (const [type, lines] of Object.entries(data)) {
    assert.match(type, /^(?:text\/plain|text\/html|image\/svg\+xml)$/, id);
    assert.ok(isLines(lines), id);
  }
}

test("every lesson in both editions is a notebook of nbformat 4.5", async () => {
  let count = 0;
  for await (const { name, text, solutions } of all()) {
    holds45(`${name}${solutions ? ", solved" : ""}`, text);
    count++;
  }
  assert.equal(count, 2 * lessonIds(sources).length);
});

test("a notebook has nothing left of the lesson's own marks, and links only to what is there", async () => {
  for await (const { name, out, text } of all()) {
    for (const one of cellsOf(text).filter((one) => one["cell_type"] === "markdown")) {
      const prose = sourceOf(one).replace(/^(`{3,})[\s\S]*?^\1$/gm, "");
      assert.doesNotMatch(prose, /^\s*:::|\[[ x]\] |lesson\.md/m, name);
      assert.equal(
        (prose.match(/<details>/g) ?? []).length,
        (prose.match(/<\/details>/g) ?? []).length,
        name,
      );
      for (const [, href = ""] of prose.matchAll(/\]\(([^)\s]+)\)/g))
        assert.ok(/^https:\/\//.test(href) || existsSync(join(out, href)), `${name} links to ${href}`);
    }
  }
});

test("a notebook's figures need no style sheet, and are said in words", async () => {
  for await (const { name, text } of all()) {
    for (const one of cellsOf(text))
      for (const output of (one["outputs"] ?? []) as readonly { readonly data?: Fields }[]) {
        const svg = output.data?.["image/svg+xml"] as readonly string[] | undefined;
        if (svg === undefined) continue;
        assert.match(svg.join(""), /^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg" width="[\d.]+"/, name);
        assert.doesNotMatch(svg.join(""), /var\(/, name);
      }
  }
  const { out } = await learner;
  assert.match(readFileSync(join(out, "l01-activations.ipynb"), "utf8"), /<summary>The figure in words/);
});

test("the figures' colours are those of the page by day", () => {
  const css = readFileSync(join(sources, "lessons/notebook/page/lesson.css"), "utf8");
  const day = css.slice(0, css.indexOf("prefers-color-scheme: dark"));
  for (const [name, color] of Object.entries(colors)) assert.ok(day.includes(`${name}: ${color};`), name);
});

test("the learner's edition has the stub as code and the solution folded; the other edition has it as code", async () => {
  const read = async (folder: typeof learner): Promise<Fields[]> =>
    cellsOf(readFileSync(join((await folder).out, "l01-activations.ipynb"), "utf8"));
  const [mine, theirs] = [await read(learner), await read(solved)];
  const code = (cells: readonly Fields[], id: string): string =>
    sourceOf(cells.find((one) => one["id"] === id && one["cell_type"] === "code") ?? { source: [] });
  const prose = (cells: readonly Fields[]): string =>
    cells
      .filter((one) => one["cell_type"] === "markdown")
      .map(sourceOf)
      .join("\n");
  assert.match(code(mine, "ex-quantile"), /return 0;/);
  assert.equal(code(mine, "solution-ex-quantile"), "");
  assert.match(prose(mine), /<details><summary>Solution<\/summary>\n\n```ts\nfunction shiftFor/);
  assert.equal(code(theirs, "ex-quantile"), "");
  assert.match(code(theirs, "solution-ex-quantile"), /function shiftFor/);
  assert.doesNotMatch(prose(theirs), /function shiftFor/);
  assert.match(code(theirs, "check-ex-quantile"), /^check\([\s\S]*^await check\(/m);
});

const bare = { solutions: false, lessons: [], quote: () => ({ text: "", firstLine: 1, lastLine: 1 }) };

test("notebook(lesson, outputs) leaves out what an unsolved exercise would have shown otherwise", () => {
  const body = [
    cell("ts cell id=before", "show(1);"),
    cell("ts exercise id=ex-one minutes=1 difficulty=1", "function one(): number {", "  return 0;", "}"),
    cell("ts solution for=ex-one", "function one(): number {", "  return 1;", "}"),
    cell("ts check for=ex-one", 'check("one is 1", one(), 1);'),
    cell("ts cell id=after", "const two = one() + 1;", "show(two);"),
    cell("ts cell id=later", "show(two + 1);"),
    cell("ts cell id=apart", "show(9);"),
  ].join("\n");
  const output: Output = { output_type: "display_data", data: { "text/plain": "1" } };
  const ids = ["before", "after", "later", "apart"];
  const outputs = Object.fromEntries(ids.map((id) => [id, [output]]));
  const shownBy = (solutions: boolean): string[] =>
    notebook(lessonOf(body), outputs, { ...bare, solutions }).cells.flatMap((one) =>
      one.cell_type === "code" && one.outputs.length > 0 ? [one.id] : [],
    );
  assert.deepEqual(shownBy(false), ["before", "apart"]);
  assert.deepEqual(shownBy(true), ids);
});

test("notebook(lesson, outputs) awaits what a cell shows, tries what throws, names cells that draw", () => {
  const body = [
    cell("ts cell id=result", "const a = 1;", "a + 1"),
    cell(
      "ts cell id=bad throws=RangeError",
      'import { vector } from "relukit/reference/tensor.ts";',
      "vector([1]);",
    ),
    cell("ts cell id=random", "const draw = (): number => stream().normal();", "show(draw());"),
    cell("ts cell id=again", "show(draw());"),
  ].join("\n");
  const outputs = { result: [{ output_type: "execute_result", data: { "text/plain": "2" } } as const] };
  const source = new Map(
    notebook(lessonOf(body), outputs, bare).cells.map((one) => [one.id, one.source.join("")]),
  );
  assert.equal(source.get("result"), "const a = 1;\nawait show(a + 1);");
  assert.equal(
    source.get("bad"),
    'import { vector } from "relukit/reference/tensor.ts";\ntry {\n  vector([1]);\n} catch (error) {\n  await show(String(error));\n}',
  );
  assert.match(source.get("random") ?? "", /^relukit\.cell\("random", 7\);\n/);
  assert.equal(source.get("again"), 'relukit.cell("again", 7);\nawait show(draw());');
});

test("check and spec in a notebook say what holds and what does not, and go on", async () => {
  const [lines, shown]: [string[], string[]] = [[], []];
  ready({
    print: (line) => void lines.push(line),
    show: (data) => void shown.push(data["text/plain"] ?? ""),
  });
  check("one is 1", 1, 1);
  await check("two is 2", 3, 2);
  spec(
    (x: number) => x,
    (x) => x,
    (random) => [random.normal()],
    { trials: 3 },
  );
  spec(
    (_: number) => 0,
    () => 1,
    () => [5],
  );
  await show("a value");
  const bad = ["two is 2; yours gives 3", "on (5) the answer is 1; yours gives 0"];
  assert.deepEqual(lines, [
    "✓ one is 1",
    `✗ ${bad[0]}`,
    "✓ the same as the plain answer on 3 random inputs",
    `✗ ${bad[1]}`,
  ]);
  assert.deepEqual(failures(), bad);
  assert.deepEqual(shown, ["a value"]);
  assert.throws(() => check("it runs", JSON.parse("{")), SyntaxError);
});

test("redraw in a notebook takes the place of what its cell drew before; controls show their first values", async () => {
  const shown: string[] = [];
  ready({
    print: () => undefined,
    show: (data, place = "", again = false) =>
      void shown.push(`${data["text/plain"]} ${place.replace(/\d+/, "n")} ${again}`),
  });
  named("one", 1);
  redraw("a");
  await redraw("b");
  named("one", 1);
  await redraw("c");
  await controls({ x: { from: 0, to: 2, step: 1, value: 1 } }, ({ x }) => x + 1);
  assert.deepEqual(shown, ["a relukit-n false", "b relukit-n true", "c relukit-n false", "x = 1: 2  false"]);
});

test("a notebook awaits what a loop redraws, and says that it has no sliders", () => {
  const body = [
    cell("ts cell id=grows", "for (const a of [1, 2]) {", "  redraw(a);", "}", "const last = 2;"),
    cell("ts cell id=slides", "controls({ x: { from: 0, to: 2, step: 1, value: 1 } }, ({ x }) => x);"),
  ].join("\n");
  const made = notebook(lessonOf(body), {}, bare).cells.map((one) => one.source.join(""));
  assert.ok(
    made.includes(
      'relukit.cell("grows", 7);\nfor (const a of [1, 2]) {\n  await redraw(a);\n}\nconst last = 2;\nawait relukit.arrival();',
    ),
  );
  assert.ok(made.includes("await controls({ x: { from: 0, to: 2, step: 1, value: 1 } }, ({ x }) => x);"));
  assert.match(made.at(-1) ?? "", /no sliders/);
});

test("drawn(data) gives a grid as a table whose zeros are dim and whose words stand to the left", () => {
  const type = "application/vnd.relukit.grid+json";
  const records = drawn({
    "text/plain": "…",
    [type]: { caption: "1 row", columns: ["name", "n"], rows: [["<b>", "0"]] },
  });
  assert.equal(
    records["text/html"],
    '<table><thead><tr><th scope="col" style="text-align: left">name</th><th scope="col">n</th></tr></thead><tbody><tr><td style="text-align: left">&lt;b&gt;</td><td>0</td></tr></tbody></table>',
  );
  const tensor = drawn({ "text/plain": "…", [type]: { caption: "[2]", rows: [["0", "1"]] } });
  assert.equal(
    tensor["text/html"],
    '<table><caption>shape [2]</caption><tbody><tr><td style="opacity: 0.45">0</td><td>1</td></tr></tbody></table>',
  );
});

test("writeNotebooks(root, out) writes the same bytes every time, and all that the cells import", async () => {
  const { out, notebooks } = await learner;
  const again = await writeNotebooks(sources, join(scratch(), "again"), { solutions: false });
  const files = readdirSync(out, { recursive: true, encoding: "utf8" }).sort();
  assert.deepEqual(readdirSync(again.out, { recursive: true, encoding: "utf8" }).sort(), files);
  for (const name of [...notebooks, "deno.json", "README.md"])
    assert.ok(readFileSync(join(out, name)).equals(readFileSync(join(again.out, name))), name);
  const { imports } = JSON.parse(readFileSync(join(out, "deno.json"), "utf8")) as {
    readonly imports: Readonly<Record<string, string>>;
  };
  for (const to of Object.values(imports)) assert.ok(existsSync(join(out, to)), to);
  for await (const { name, out, text } of all())
    for (const one of cellsOf(text).filter((one) => one["cell_type"] === "code"))
      for (const [, from = ""] of sourceOf(one).matchAll(/^(?:import|\}) .*"(relukit\/[^"]+)"/gm))
        assert.ok(existsSync(join(out, imports[from] ?? from)), `${name} imports ${from}`);
});

test("writeNotebooks(root, out) takes some lessons, and refuses a folder with other files", async () => {
  const { out, notebooks } = await writeNotebooks(sources, join(scratch(), "one"), {
    solutions: true,
    ids: ["l01"],
  });
  assert.deepEqual(notebooks, ["l01-activations.ipynb"]);
  assert.doesNotMatch(readFileSync(join(out, "l01-activations.ipynb"), "utf8"), /\]\(l\d\d/);
  const refusal = /^RangeError: lessons export: out is .*; expected an empty or a new one$/;
  await assert.rejects(writeNotebooks(sources, sources, { solutions: true }), refusal);
});
