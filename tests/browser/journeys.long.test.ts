// What a reader does on a lesson's page: edits a cell, breaks a line, stops a loop, takes progress along, moves a slider,
// watches a model learn, and does it all from the keyboard.
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { scratch } from "../lessons/notebook/sample.ts";
import { browsers, chromiumBrowser, firefoxBrowser, type Tab } from "./browsers.ts";
import { countOf, firstCell, journey, stateOf } from "./journey.ts";
import { ids } from "./site.ts";
import * as reader from "./steps.ts";

/** Types a line at the end of the first cell, breaks it, stops it, mends it, and puts it back. */
async function editsFirstCell(tab: Tab): Promise<void> {
  const { id, text } = await firstCell(tab);
  const here = `[data-cell="${id}"]`;
  const before = await reader.shownBelow(tab, id);
  await reader.edit(tab, id);
  await tab.press("Control+End");
  await tab.press("Enter");
  await tab.type("show(6 * 7000001);");
  await tab.press("Enter");
  await tab.type("6 * 7; // → 41");
  assert.equal((await reader.runKeys(tab)).outcome?.kind, "done");
  assert.match(await reader.shownBelow(tab, id), /42000006/);
  assert.match(await tab.text(`${here} .remark`), /^Line \d+: the value is 42; expected 41\.$/);

  await reader.replaceText(tab, id, `${text}\nwhile (true) {}`);
  await tab.click(`${here} button.run`);
  await tab.until(`document.querySelector('${here}').dataset.state === "running"`, "a loop that runs");
  await tab.until(
    `document.querySelector(".status").textContent === "Running ${id} …"`,
    "its name in the bar",
  );
  await reader.pressButton(tab, "Stop");
  await tab.until('document.querySelector("button.stop").disabled', "the end of the loop", 10);
  assert.equal((await reader.heard(tab)).outcome?.kind, "stopped");
  assert.match(await tab.text(".status"), /^Stopped\./);
  assert.notEqual(await stateOf(tab, here), "running");

  await reader.replaceText(tab, id, `${text}\nconsole.log("so far");\nthrow new RangeError("on purpose");`);
  assert.equal((await reader.runKeys(tab)).outcome?.kind, "failed");
  await isMarked(tab, id, "throw new RangeError", /RangeError on purpose/);
  assert.match(await reader.shownBelow(tab, id), /so far/);
  await reader.replaceText(tab, id, `${text}\nconst = 3;`);
  await tab.press("Control+Enter");
  await tab.until(
    '/this is not TypeScript/.test(document.querySelector(".status").textContent)',
    "a refusal",
  );
  await isMarked(tab, id, "const = 3;", /this is not TypeScript/);

  await tab.click(`${here} button.reset`);
  assert.equal(await countOf(tab, `${here} :is(.live-error, .wrong-line)`), 0);
  assert.equal(await reader.shownBelow(tab, id), before);
  assert.equal((await reader.runCell(tab, id)).outcome?.kind, "done");
  assert.equal(await reader.shownBelow(tab, id), before);
  assert.equal(await tab.evaluate("Object.keys(relukit.progress.texts).length"), 0);
}

/** The line that is wrong stands out in the editor, below the cell and in the bar. */
async function isMarked(tab: Tab, id: string, line: string, why: RegExp): Promise<void> {
  assert.equal(await countOf(tab, `[data-cell="${id}"] :is(.live-error, .remark)`), 1);
  assert.ok((await tab.text(`[data-cell="${id}"] .wrong-line`)).startsWith(line), "the marked line");
  const said = await tab.text(`[data-cell="${id}"] .live-error`);
  assert.ok(said.includes(line), said);
  assert.match(said, why);
  assert.match(said, /on line \d+/);
  assert.match(await tab.text(".status"), new RegExp(`^${id}, line \\d+: `));
}

async function runsOutOfTime(tab: Tab): Promise<void> {
  const { id, text } = await firstCell(tab);
  await reader.replaceText(tab, id, `${text}\nwhile (true) {}`);
  const late = await reader.runKeys(tab);
  assert.deepEqual(late.outcome, { kind: "late", cell: id, seconds: 5 });
  assert.match(await tab.text(`[data-cell="${id}"] .live-error`), /It ran longer than 5 s and was stopped/);
  await reader.replaceText(tab, id, text);
  assert.equal((await reader.runKeys(tab)).outcome?.kind, "done");
}

/** From the top of the page to a result and out of the editor, without a pointer. */
async function usesKeysAlone(tab: Tab): Promise<void> {
  const { id } = await firstCell(tab);
  const reached = `document.activeElement.matches('[data-cell="${id}"] pre.code')`;
  for (let presses = 0; presses < 200 && !(await tab.evaluate<boolean>(reached)); presses++)
    await tab.press("Tab");
  assert.ok(await tab.evaluate<boolean>(reached), "Tab reaches the code");
  await tab.press("Enter");
  await tab.until('document.activeElement.matches(".cm-content")', "the cursor in the editor");
  await tab.press("Control+End");
  await tab.press("Enter");
  await tab.type("show(6 * 7000001);");
  const said = await reader.runKeys(tab);
  assert.match(await reader.shownBelow(tab, id), /42000006/);
  assert.ok(said.statuses.includes(`Running ${id} …`), said.statuses.join("|"));
  assert.match(said.statuses.at(-1) ?? "", /^Done in /);
  await tab.press("Escape");
  assert.ok(await tab.evaluate(`document.activeElement.matches('[data-cell="${id}"] button.run')`));
  await tab.press("Tab");
  assert.ok(!(await tab.evaluate('document.activeElement.matches(".cm-content")')), "Tab goes on");
}

/** Answers a question, takes progress out, loses it, gets it back from the file. */
async function takesProgressAlong(tab: Tab): Promise<void> {
  const quiz = "[data-quiz]";
  await tab.click(`${quiz} details[data-right=false] summary`);
  assert.equal(await stateOf(tab, quiz), "");
  await tab.click(`${quiz} details[data-right=true] summary`);
  await tab.until(`document.querySelector("${quiz}").dataset.state === "solved"`, "an answer that is kept");
  const { id, text } = await firstCell(tab);
  await reader.replaceText(tab, id, `${text}\n// mine`);
  await reader.reload(tab);
  assert.equal(await stateOf(tab, quiz), "solved");

  const file = join(scratch(), "progress.json");
  writeFileSync(file, await exported(tab));
  assert.match(readFileSync(file, "utf8"), /"format": "relukit-progress"/);
  await tab.evaluate("localStorage.clear()");
  await reader.reload(tab);
  assert.equal(await stateOf(tab, quiz), "");
  await tab.click(".progress summary");
  await tab.evaluate('void (document.body.dataset.live = "old")');
  await tab.choose(".progress-menu input", file);
  await reader.alive(tab);
  assert.equal(await stateOf(tab, quiz), "solved");
  assert.equal(await tab.evaluate(`relukit.progress.texts["${id}"]`), `${text}\n// mine`);

  await tab.click(".progress summary");
  for (const [wrong, sentence] of [
    ["no JSON", /the file is not JSON; expected what Export progress wrote/],
    ['{"format":"other"}', /not an export of progress/],
  ] as const) {
    writeFileSync(file, wrong);
    await tab.choose(".progress-menu input", file);
    await tab.until('document.querySelector(".progress-menu .said").textContent !== ""', "a sentence");
    assert.match(await tab.text(".progress-menu .said"), sentence);
    await tab.evaluate('void (document.querySelector(".progress-menu .said").textContent = "")');
  }
  await reader.pressButton(tab, "Reset this lesson", ".progress-menu");
  await tab.evaluate('void (document.body.dataset.live = "old")');
  await reader.pressButton(tab, "Reset it", ".progress-menu");
  await reader.alive(tab);
  assert.equal(await tab.evaluate("localStorage.length"), 0);
}

/** The text of the file that Export progress hands out, caught before the browser saves it. */
async function exported(tab: Tab): Promise<string> {
  await tab.evaluate(`(() => {
    const make = URL.createObjectURL;
    URL.createObjectURL = (blob) => {
      globalThis.taken = blob.text();
      return make.call(URL, blob);
    };
    HTMLAnchorElement.prototype.click = function () {
      globalThis.takenAs = this.download;
    };
  })()`);
  await tab.click(".progress summary");
  await reader.pressButton(tab, "Export progress", ".progress-menu");
  assert.equal(await tab.evaluate("takenAs"), "relukit-progress.json");
  return tab.evaluate<string>("taken");
}

/** Moves every slider of a lesson by its arrow keys, twice: once to run up to it, once more to redraw. */
async function movesSliders(tab: Tab, say: (text: string) => void): Promise<void> {
  const names = await tab.evaluate<readonly string[]>(
    '[...document.querySelectorAll(".controls input[type=range]")].map(({ id }) => id)',
  );
  assert.ok(names.length > 0);
  for (const name of names) {
    const slider = `document.getElementById("${name}")`;
    const drawn = `${slider}.closest(".controls").querySelector(".drawn").innerHTML`;
    for (const use of ["first", "second"]) {
      const before = await tab.evaluate<string>(drawn);
      await tab.evaluate(`void (globalThis.drawnBefore = ${drawn})`);
      await tab.evaluate(`${slider}.focus()`);
      const started = performance.now();
      await tab.press("ArrowRight");
      await tab.until(`${drawn} !== drawnBefore`, `another figure at the ${use} move of ${name}`, 20);
      say(`${name}, ${use} move: ${Math.round(performance.now() - started)} ms`);
      assert.notEqual(await tab.evaluate<string>(drawn), before);
      await tab.until('document.body.dataset.running !== "true"', "rest");
    }
  }
}

/** A curve grows while a model learns. */
async function watchesTraining(tab: Tab, say: (text: string) => void): Promise<void> {
  const cell = (await reader.cellsOf(tab)).find(({ text }) => /\bredraw\(/.test(text));
  assert.ok(cell);
  await tab.evaluate(`(() => {
    const outputs = document.querySelector('[data-outputs="${cell.id}"]');
    globalThis.curves = new Set();
    new MutationObserver(() => curves.add(outputs.querySelector("svg")?.innerHTML))
      .observe(outputs, { childList: true, subtree: true });
  })()`);
  assert.equal((await reader.runCell(tab, cell.id)).outcome?.kind, "done");
  const curves = await tab.evaluate<number>("curves.size");
  say(`${curves} different curves`);
  assert.ok(curves > 2, `${curves} different curves; expected more than 2`);
}

const edited = "a cell is edited, broken, stopped and put back";
for (const id of ids) journey(chromiumBrowser, id, edited, editsFirstCell);
for (const id of ids.slice(0, 2)) journey(firefoxBrowser, id, edited, editsFirstCell);

for (const candidate of browsers) {
  journey(
    candidate,
    "l00-tensors",
    "a cell that runs into its limit is stopped, and the next run works",
    runsOutOfTime,
  );
  journey(candidate, "l00-tensors", "keys alone reach, edit, run and leave a cell", usesKeysAlone);
  journey(candidate, "l00-tensors", "progress is kept, exported, imported and reset", takesProgressAlong);
  for (const id of ["l01-activations", "l11-speculative", "l12-shifted"])
    journey(candidate, id, "sliders draw anew", movesSliders);
  journey(candidate, "l05-learning", "a curve grows while a model learns", watchesTraining);
}
