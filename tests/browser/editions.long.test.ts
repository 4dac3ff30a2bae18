// The other forms of a lesson in real browsers: one file from disk, slides with cells that run, the presenter's window, PDF.
import assert from "node:assert/strict";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, test } from "node:test";
import { pathToFileURL } from "node:url";
import { pageName } from "../../lessons/notebook/page.ts";
import { pageData } from "../../lessons/notebook/page-data.ts";
import { findChromium, printPdf } from "../../lessons/notebook/pdf.node.ts";
import { readLesson } from "../../lessons/notebook/shelf.node.ts";
import { singleFile } from "../../lessons/notebook/single.node.ts";
import { sources } from "../../lessons/notebook/sources.node.ts";
import { scratch } from "../lessons/notebook/sample.ts";
import { browsers, type Tab } from "./browsers.ts";
import { oneTab } from "./one-tab.ts";
import { ids, servedSite } from "./site.ts";

const site = browsers.some(({ missing }) => missing === false) ? servedSite() : undefined;
after(async () => (await site)?.close());
const live = `document.body.dataset.live === "true"`;

/** A page of a lesson as one file in a folder of its own. */
async function single(id: string, form: "learner" | "slides"): Promise<string> {
  const folder = join(scratch(), "single");
  mkdirSync(folder, { recursive: true });
  const name = pageName(id, form);
  writeFileSync(
    join(folder, name),
    singleFile((await site)?.folder ?? "", name, pageData(readLesson(sources, id)), []),
  );
  return pathToFileURL(join(folder, name)).href;
}

const own = (url: string): boolean => /^(?:file|blob|data|about):/.test(url);
const runAll = (tab: Tab): Promise<{ readonly kind: string }> =>
  tab.evaluate(`relukit.run({ kind: "all" }).then(({ kind, ...rest }) => ({ kind, ...rest }))`);

for (const candidate of browsers) {
  const tab = oneTab(candidate);
  const { missing: skip, name: browser } = candidate;

  // Every lesson runs on its page in another test; here are those with models, kernels and files of each kind.
  for (const id of ids.filter((one) =>
    (browser === "Chromium" ? /^l(?:00|03|08|12|15)/ : /^l(?:00|12)/).test(one),
  ))
    test(`${browser}: ${id} as one file runs from disk, alone, and asks for nothing`, { skip }, async () => {
      const page = await tab();
      const url = await single(id, "learner");
      await page.goto(url);
      await page.until(live, "the page");
      assert.equal((await runAll(page)).kind, "done");
      assert.deepEqual(page.seen.errors, []);
      assert.deepEqual(
        page.seen.requests.filter((one) => !own(one) || (one.startsWith("file:") && one !== url)),
        [],
      );
    });

  test(`${browser}: one file is edited, and keeps what was written`, { skip }, async () => {
    const page = await tab();
    await page.goto(await single("l00-tensors", "learner"));
    await page.until(live, "the page");
    const first = await page.evaluate<string>(
      `document.querySelector('[data-cell][data-kind="cell"]').dataset.cell`,
    );
    await page.click(`[data-cell="${first}"] .edit`);
    await page.until(`document.querySelector('[data-cell="${first}"] .cm-content') !== null`, "the editor");
    await page.click(`[data-cell="${first}"] .cm-content`);
    await page.press("Control+End");
    await page.type("\nshow(6 * 7);");
    await page.press("Control+Enter");
    const shown = `document.querySelector('[data-outputs="${first}"]').textContent.includes("42")`;
    await page.until(shown, "42");
    assert.deepEqual(page.seen.errors, []);
  });

  for (const id of browser === "Chromium" ? ids : ids.slice(0, 2))
    test(`${browser}: the slides of ${id} are walked through, and a cell on one runs`, { skip }, async () => {
      const page = await tab();
      await page.goto(`${(await site)?.url}${pageName(id, "slides")}`);
      await page.until(live, "the slides");
      const count = await page.evaluate<number>(`document.querySelectorAll("section.slide").length`);
      for (let at = 1; at < count; at++) {
        await page.press("ArrowRight");
        await page.until(
          `document.querySelector(".slide.present").ariaLabel.startsWith("slide ${at + 1} ")`,
          `slide ${at + 1}`,
        );
        const seen = await page.evaluate(
          `[...document.querySelectorAll("section.slide")].filter((one) => one.offsetHeight > 0).length`,
        );
        assert.equal(seen, 1, `slide ${at + 1} alone is to be seen`);
        const wide = await page.evaluate(`document.querySelector(".slide.present").scrollWidth - innerWidth`);
        assert.ok(Number(wide) <= 0, `slide ${at + 1} is ${wide} pixels too wide`);
      }
      const cell = await page.evaluate<string>(
        `document.querySelector('.slide [data-cell][data-kind="cell"]').dataset.cell`,
      );
      const outcome = await page.evaluate<{ kind: string }>(
        `relukit.run({ kind: "cell", id: ${JSON.stringify(cell)} })`,
      );
      assert.equal(outcome.kind, "done");
      assert.deepEqual(page.seen.errors, []);
    });
}

const program = findChromium();
const skip = program === undefined && "no Chromium on the PATH";

test("Chromium: the presenter's window follows, leads, shows notes, counts up and runs a cell in the audience's, from disk", {
  skip,
}, async () => {
  const { chromium } = await import("playwright-core");
  const browser = await chromium.launch({ executablePath: program ?? "", args: ["--no-sandbox"] });
  try {
    const context = await browser.newContext();
    const audience = await context.newPage();
    await audience.goto(
      pathToFileURL(join((await site)?.folder ?? "", pageName("l01-activations", "slides"))).href,
    );
    await audience.waitForFunction(live);
    const [presenter] = await Promise.all([context.waitForEvent("page"), audience.keyboard.press("p")]);
    await presenter.waitForSelector(".presenter");
    assert.match(await presenter.innerText(".presenter"), /Slide 1 of \d+/);
    await presenter.click("button:has-text('Next')");
    await audience.waitForFunction(`location.hash === "#/2"`);
    await audience.keyboard.press("ArrowRight");
    await presenter.waitForSelector("text=Slide 3 of");
    assert.notEqual((await presenter.innerText(".presenter-notes")).trim(), "");
    await presenter.click(".acts button:has-text('Run')");
    await presenter.waitForFunction(
      `/Done in/.test(document.querySelector(".presenter .status").textContent)`,
    );
    assert.match(await audience.innerText(".where-now"), /Done in/);
    const seconds = (): Promise<string> => presenter.innerText(".clock");
    const before = await seconds();
    await presenter.waitForFunction(
      `document.querySelector(".clock").textContent !== ${JSON.stringify(before)}`,
    );
    assert.match(await seconds(), /^\d+:\d\d$/);
    assert.ok((await seconds()) > before, "the clock counts up");
    await audience.keyboard.press("Escape");
    await audience.waitForSelector(".reveal.overview");
  } finally {
    await browser.close();
  }
});

test("Chromium: the PDF of a lesson and of its slides has an outline, tags, a title and a language", {
  skip,
}, async () => {
  const folder = (await site)?.folder ?? "";
  for (const form of ["learner", "slides"] as const) {
    const out = join(scratch(), `${form}.pdf`);
    await printPdf(program ?? "", join(folder, pageName("l01-activations", form)), out, "print");
    const pdf = readFileSync(out, "latin1");
    assert.match(pdf, /^%PDF/);
    for (const part of ["/Outlines", "/StructTreeRoot", "/MarkInfo", "/Lang (en)", "/Title"])
      assert.ok(pdf.includes(part), `${form}.pdf has no ${part}`);
    const headings = pdf.match(/\/S \/H[1-3]\b/g)?.length ?? 0;
    assert.ok(headings >= 6, `${form}.pdf has ${headings} tagged headings`);
  }
});
