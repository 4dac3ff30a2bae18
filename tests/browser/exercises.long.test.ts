// Exercises on their pages: the stub fails in a sentence, the reference answer leads on, the solution passes and is kept.
import assert from "node:assert/strict";
import type { PageCell } from "../../lessons/notebook/page-data.ts";
import { browsers, chromiumBrowser, firefoxBrowser, type Tab } from "./browsers.ts";
import { countOf, journey, runs, stateOf } from "./journey.ts";
import { ids } from "./site.ts";
import * as reader from "./steps.ts";

/** Fails an exercise with its stub, goes on with the reference answer, solves it. @returns whether a failure was drawn */
async function solves(tab: Tab, exercise: PageCell, first: boolean): Promise<boolean> {
  const { id, text } = exercise;
  const [section, cells] = [`[data-exercise="${id}"]`, await reader.cellsOf(tab)];
  const failing = `${text}\nconsole.log("mine");`;
  await reader.replaceText(tab, id, failing);
  const failed = await reader.runKeys(tab);
  await tab.until(
    `document.querySelector('${section} .checks .failed') !== null`,
    `${id} fails in a sentence`,
  );
  assert.match(await tab.text(`${section} .checks .failed`), /\w+ \w+/);
  assert.equal(await stateOf(tab, section), "tried");
  assert.match(await reader.shownBelow(tab, id), /mine/);
  const drawn = await countOf(tab, `${section} .comparison :is(svg, .sides, .both)`);
  assert.equal(drawn > 0, failed.compared, `${id}: two values are drawn side by side`);

  await reader.pressButton(tab, "Continue with the reference answer", section);
  assert.equal(await stateOf(tab, section), "continued");
  const below = cells.slice(cells.indexOf(exercise)).find(runs);
  if (first && below !== undefined)
    assert.equal((await reader.runCell(tab, below.id)).outcome?.kind, "done", below.id);

  const answer = cells.find(({ kind, keys }) => kind === "solution" && keys.for === id);
  assert.ok(answer);
  await reader.replaceText(tab, id, answer.text);
  assert.equal((await reader.runKeys(tab)).outcome?.kind, "done", `${id}: the solution passes`);
  await tab.until(`document.querySelector('${section} .verdict-box .solved') !== null`, `${id} is solved`);
  assert.equal(await stateOf(tab, section), "solved");
  return failed.compared;
}

async function solvesAll(tab: Tab, say: (text: string) => void): Promise<void> {
  const exercises = (await reader.cellsOf(tab)).filter(({ kind }) => kind === "exercise");
  const drawn: string[] = [];
  for (const [at, exercise] of exercises.entries())
    if (await solves(tab, exercise, at === 0)) drawn.push(exercise.id);
  say(`failures drawn: ${drawn.join(", ") || "none"}`);
  const texts = await tab.evaluate("relukit.progress.texts");
  await reader.reload(tab);
  assert.deepEqual(await tab.evaluate("relukit.progress.texts"), texts);
  for (const { id } of exercises) {
    assert.equal(await stateOf(tab, `[data-exercise="${id}"]`), "solved");
    await tab.until(`document.querySelector('[data-cell="${id}"] .cm-content') !== null`, "the kept text");
  }
}

/** Checks a stub as it stands: a sentence, nothing kept, a hint at hand, and the way on. */
async function checksStub(tab: Tab): Promise<void> {
  const exercise = (await reader.cellsOf(tab)).find(({ kind }) => kind === "exercise");
  assert.ok(exercise);
  const section = `[data-exercise="${exercise.id}"]`;
  await reader.runCell(tab, exercise.id);
  await tab.until(`document.querySelector('${section} .checks .failed') !== null`, "a failure");
  assert.deepEqual(await tab.evaluate("relukit.progress.exercises"), {});
  await tab.click(`${section} .hint-opener`);
  assert.ok(await tab.evaluate(`document.querySelector('${section} details.hint').open`), "the first hint");
  await reader.pressButton(tab, "Continue with the reference answer", section);
  assert.equal(await stateOf(tab, section), "continued");
  await reader.pressButton(tab, "Use my answer again", section);
  assert.equal(await stateOf(tab, section), "tried");
}

const solved = "exercises are failed, passed over, solved and kept";
for (const id of ids) journey(chromiumBrowser, id, solved, solvesAll);
for (const id of ids.slice(0, 2)) journey(firefoxBrowser, id, solved, solvesAll);
for (const candidate of browsers) journey(candidate, "l00-tensors", "a stub fails its check", checksStub);
