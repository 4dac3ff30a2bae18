// One reader's way through one lesson in one browser, as a test.
import assert from "node:assert/strict";
import { after, test } from "node:test";
import type { PageCell } from "../../lessons/notebook/page-data.ts";
import { browsers, type Candidate, type Tab } from "./browsers.ts";
import { oneTab } from "./one-tab.ts";
import { servedSite } from "./site.ts";
import { cellsOf, openNew } from "./steps.ts";

export const site = await servedSite();
after(() => site.close());
const tabs = new Map(browsers.map((candidate) => [candidate.name, oneTab(candidate)]));

/** A test in one browser, on a page of its own that nothing was done on. */
export function journey(
  { name, missing }: Candidate,
  lesson: string,
  what: string,
  go: (tab: Tab, say: (text: string) => void) => Promise<void>,
): void {
  test(`${name}, ${lesson}: ${what}`, { skip: missing }, async (t) => {
    const tab = await tabs.get(name)?.();
    assert.ok(tab);
    await openNew(tab, site, lesson);
    await go(tab, (text) => t.diagnostic(text));
    assert.deepEqual(tab.seen.errors, [], "errors on the console");
  });
}

/** Whether a cell shows what it comes to, and names that later cells see. */
export const runs = ({ kind, code, keys }: PageCell): boolean =>
  kind === "cell" && code !== undefined && keys.throws === undefined;

/** The first such cell of a lesson. */
export async function firstCell(tab: Tab): Promise<PageCell> {
  const cell = (await cellsOf(tab)).find(runs);
  assert.ok(cell);
  return cell;
}

export const stateOf = (tab: Tab, selector: string): Promise<string> =>
  tab.evaluate(`document.querySelector(${JSON.stringify(selector)}).dataset.state ?? ""`);
export const countOf = (tab: Tab, selector: string): Promise<number> =>
  tab.evaluate(`document.querySelectorAll(${JSON.stringify(selector)}).length`);
