// No page has a fault that axe-core finds, light or dark, wide or narrow, still or run; and what axe-core does not look for:
// one h1, a name for every figure, an order of tabs that misses no button, stillness for who asks for it, room at 320 pixels.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { after, test } from "node:test";
import { chromiumBrowser, type Size, type Tab } from "./browsers.ts";
import { oneTab } from "./one-tab.ts";
import { ids, servedSite } from "./site.ts";
import { edit, ended, openNew, runAll } from "./steps.ts";

const site = await servedSite();
after(() => site.close());
const { missing } = chromiumBrowser;
const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const wide: Size = { width: 1280, height: 900 };
const narrow: Size = { width: 390, height: 844 };
const smallest: Size = { width: 320, height: 640 };

/** Every violation on the page as it stands: the rule, and where. */
async function violations(tab: Tab): Promise<readonly string[]> {
  if (!(await tab.evaluate<boolean>("typeof axe === 'object'"))) await tab.evaluate(`${axe}; void 0`);
  return tab.evaluate(`axe.run(document, { resultTypes: ["violations"] }).then(({ violations }) =>
    violations.flatMap(({ id, nodes }) => nodes.map(({ target, failureSummary }) =>
      id + " at " + target.join(" ") + ": " + failureSummary.split("\\n").slice(1).join(" ").slice(0, 160))))`);
}

/** What else a page must be. */
const faults = `(() => {
  const all = (selector) => [...document.querySelectorAll(selector)];
  const named = (svg) => svg.closest("[aria-hidden=true]") !== null || (svg.getAttribute("role") === "img"
    && (svg.getAttribute("aria-labelledby") ?? "").split(" ").some((id) => document.getElementById(id)?.textContent)
    || svg.getAttribute("aria-label"));
  return [
    ...(all("h1").length === 1 ? [] : [all("h1").length + " h1"]),
    ...all("svg").filter((svg) => !named(svg)).map((svg) => "a figure without a name: " + svg.outerHTML.slice(0, 90)),
    ...all("[tabindex]").filter((one) => one.tabIndex > 0).map((one) => "tabindex " + one.tabIndex),
    ...all("[id]").map(({ id }) => id).filter((id, at, list) => list.indexOf(id) !== at).map((id) => "twice: " + id),
  ];
})()`;

/** How far the page can be moved sideways, and by what. */
const sideways = `(() => {
  const { scrollWidth, clientWidth } = document.documentElement;
  if (scrollWidth <= clientWidth) return [];
  const out = [...document.querySelectorAll("body *")].filter((one) => one.getBoundingClientRect().right > clientWidth + 1);
  const names = out.slice(0, 5).map((one) => one.tagName + "." + one.getAttribute("class"));
  return [scrollWidth + " > " + clientWidth + ": " + names.join(", ")];
})()`;

async function isWell(tab: Tab, when: string): Promise<void> {
  assert.deepEqual(await violations(tab), [], when);
  assert.deepEqual(await tab.evaluate(faults), [], when);
}

/** Opens the editor of the lesson's first cell that has one. */
async function openEditor(tab: Tab): Promise<void> {
  const id = await tab.evaluate<string>('document.querySelector(".cell:has(> .tools .edit)").dataset.cell');
  await edit(tab, id);
}

async function runsAndEdits(tab: Tab): Promise<void> {
  assert.equal((await runAll(tab)).outcome?.kind, "done");
  await openEditor(tab);
}

const light = oneTab(chromiumBrowser, { reducedMotion: true });
const dark = oneTab(chromiumBrowser, { dark: true });

for (const id of ids)
  test(`${id} has no faults, light and dark, before and after a run, wide and narrow`, {
    skip: missing,
  }, async () => {
    const bright = await light();
    await bright.resize(wide);
    await openNew(bright, site, id);
    await isWell(bright, "light");
    await runsAndEdits(bright);
    await isWell(bright, "light, run, an editor open");
    await bright.resize(narrow);
    await isWell(bright, "light, run, narrow");
    assert.deepEqual(await bright.evaluate(sideways), [], "390 wide");
    await bright.resize(smallest);
    assert.deepEqual(await bright.evaluate(sideways), [], "320 wide, as 640 at 200 %");
    const night = await dark();
    await night.resize(wide);
    await openNew(night, site, id);
    await openEditor(night);
    await isWell(night, "dark, an editor open");
  });

for (const id of ["l00-tensors", "l01-activations", "l08-ledger"])
  test(`${id} has no faults dark, narrow, run, with a failure and the progress menu open`, {
    skip: missing,
  }, async () => {
    const tab = await dark();
    await tab.resize(narrow);
    await openNew(tab, site, id);
    await isWell(tab, "dark, narrow");
    await runsAndEdits(tab);
    const exercise = await tab.evaluate<string>("document.querySelector('[data-exercise]').dataset.exercise");
    await tab.click(`[data-cell="${exercise}"] button.run`);
    await ended(tab);
    await tab.until("document.querySelector('.checks .failed') !== null", "a failure");
    await tab.click(".progress summary");
    await isWell(tab, "dark, narrow, run, failed");
    assert.deepEqual(await tab.evaluate(sideways), []);
  });

test("the index has no faults, light and dark, wide and narrow", { skip: missing }, async () => {
  for (const opened of [light, dark]) {
    const tab = await opened();
    await tab.goto(`${site.url}index.html`);
    for (const size of [wide, narrow, smallest]) {
      await tab.resize(size);
      await isWell(tab, `index at ${size.width}`);
      assert.deepEqual(await tab.evaluate(sideways), [], `index at ${size.width}`);
    }
  }
});

test("Tab reaches every button, link, slider and editor of a lesson in the order of the page", {
  skip: missing,
}, async () => {
  const tab = await light();
  await tab.resize(wide);
  await openNew(tab, site, "l01-activations");
  await tab.evaluate("document.activeElement.blur()");
  const reach = `[...document.querySelectorAll("a[href], button:not(:disabled), input:not([type=file]), summary")]
    .filter((one) => one.checkVisibility() && !one.closest("[hidden]"))`;
  const wanted = await tab.evaluate<number>(`${reach}.length`);
  await tab.evaluate("void (globalThis.reached = [])");
  for (let presses = 0; presses < 600; presses++) {
    await tab.press("Tab");
    const back = await tab.evaluate<boolean>(`(() => {
      const at = document.activeElement;
      if (at === document.body || reached.includes(at)) return true;
      reached.push(at);
      return false;
    })()`);
    if (back) break;
  }
  const missed = await tab.evaluate(
    `${reach}.filter((one) => !reached.includes(one)).map((one) => one.outerHTML.slice(0, 80))`,
  );
  assert.deepEqual(missed, [], `of ${wanted}`);
  const inOrder = await tab.evaluate<boolean>(`reached.every((one, at) => at === 0 ||
    Boolean(reached[at - 1].compareDocumentPosition(one) & Node.DOCUMENT_POSITION_FOLLOWING))`);
  assert.ok(inOrder, "the order of the page");
});

test("nothing moves for a reader who asks for less motion", { skip: missing }, async () => {
  const tab = await light();
  await tab.resize(wide);
  const moving = "document.getAnimations().filter(({ playState }) => playState === 'running').length";
  await tab.goto(`${site.url}index.html`);
  assert.equal(await tab.evaluate(moving), 0, "on the index");
  await openNew(tab, site, "l05-learning");
  assert.equal(await tab.evaluate(moving), 0, "at rest");
  await tab.click(".run-all");
  await tab.until("document.querySelector('[data-state=running]') !== null", "a cell that runs");
  assert.equal(await tab.evaluate(moving), 0, "while a cell runs");
  await tab.click(".stop");
});
