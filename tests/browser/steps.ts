// What a reader does on a lesson's page, step by step, with real clicks and keys; and what the page then knows.
import type { Output } from "../../lessons/notebook/cell.ts";
import type { PageCell } from "../../lessons/notebook/page-data.ts";
import type { Tab } from "./browsers.ts";
import type { Site } from "./site.ts";

/** How the last run ended, and what it was heard to say. */
export interface Heard {
  readonly outcome?: { readonly kind: string; readonly cell?: string; readonly text?: string };
  readonly outputs: Readonly<Record<string, readonly Output[]>>;
  readonly compared: boolean;
  /** what stood in the bar, one after the other */
  readonly statuses: readonly string[];
}

/** Listens in the page: every run writes what it came to into `heard`. */
const listening = `(() => {
  const { runner } = relukit;
  const run = runner.run.bind(runner);
  globalThis.heard = { outputs: {}, compared: false, statuses: [] };
  runner.run = async (program, listener) => {
    Object.assign(heard, { outcome: undefined, outputs: {}, compared: false });
    heard.outcome = await run(program, {
      ...listener,
      end: (cell, outputs, bits) => {
        heard.outputs[cell] = outputs;
        listener.end(cell, outputs, bits);
      },
      compared: (cell, comparison) => {
        heard.compared = true;
        listener.compared(cell, comparison);
      },
    });
    return heard.outcome;
  };
  const status = document.querySelector(".status");
  new MutationObserver(() => heard.statuses.push(status.textContent)).observe(status, { childList: true });
})()`;

/** A lesson's page that lives, and in which `heard` listens. */
export async function open(tab: Tab, site: Site, id: string): Promise<void> {
  await tab.goto(`${site.url}${id}.html`);
  await alive(tab);
}

/** The page of a reader who has done nothing yet. */
export async function openNew(tab: Tab, site: Site, id: string): Promise<void> {
  await open(tab, site, id);
  if (!(await tab.evaluate<boolean>("localStorage.length > 0"))) return;
  await tab.evaluate("localStorage.clear()");
  await reload(tab);
}

export async function reload(tab: Tab): Promise<void> {
  await tab.reload();
  await alive(tab);
}

export async function alive(tab: Tab): Promise<void> {
  await tab.until('document.body?.dataset.live === "true"', "a live page");
  await tab.evaluate(listening);
}

export const heard = (tab: Tab): Promise<Heard> => tab.evaluate<Heard>("heard");
export const cellsOf = (tab: Tab): Promise<readonly PageCell[]> =>
  tab.evaluate<readonly PageCell[]>("relukit.data.cells");

/** Presses a button by its name, the first that is to be seen. */
export async function pressButton(tab: Tab, name: string, within = "body"): Promise<void> {
  const [wanted, below] = [JSON.stringify(name), JSON.stringify(`${within} button`)];
  const found = await tab.evaluate<boolean>(`(() => {
    for (const old of document.querySelectorAll("[data-pressed]")) old.removeAttribute("data-pressed");
    const named = [...document.querySelectorAll(${below})].filter((one) => one.textContent === ${wanted});
    const seen = named.find((one) => one.checkVisibility());
    seen?.setAttribute("data-pressed", "");
    return seen !== undefined;
  })()`);
  if (!found) throw new Error(`pressButton: there is no ${name} in ${within}`);
  await tab.click("[data-pressed]");
}

/** Waits for a run that was asked for to end. @returns what it was heard to say */
export async function ended(tab: Tab, seconds = 60): Promise<Heard> {
  await tab.until(
    'document.body.dataset.running === "false" && heard.outcome !== undefined',
    "an end",
    seconds,
  );
  return heard(tab);
}

const forgetOutcome = (tab: Tab): Promise<unknown> => tab.evaluate("void (heard.outcome = undefined)");

/** Presses Run all. */
export async function runAll(tab: Tab): Promise<Heard> {
  await forgetOutcome(tab);
  await pressButton(tab, "Run all");
  return ended(tab, 120);
}

/** Presses Run, or Check, of a cell, and waits. */
export async function runCell(tab: Tab, id: string): Promise<Heard> {
  await forgetOutcome(tab);
  await tab.click(`[data-cell="${id}"] button.run`);
  return ended(tab, 120);
}

/** Presses Ctrl+Enter in an editor, and waits. */
export async function runKeys(tab: Tab): Promise<Heard> {
  await forgetOutcome(tab);
  await tab.press("Control+Enter");
  return ended(tab, 120);
}

const contentOf = (id: string): string => `[data-cell="${id}"] .cm-content`;

/** Puts the cursor into a cell's editor, which opens when it must. */
export async function edit(tab: Tab, id: string): Promise<void> {
  const isOpen = `document.querySelector(${JSON.stringify(contentOf(id))}) !== null`;
  if (await tab.evaluate<boolean>(isOpen)) await tab.click(contentOf(id));
  else await tab.click(`[data-cell="${id}"] button.edit`);
  await tab.until(
    `document.activeElement.matches(${JSON.stringify(contentOf(id))})`,
    `the cursor in the editor of ${id}`,
  );
}

/** Puts a text on the clipboard, from a field that is there for the moment. */
async function copy(tab: Tab, text: string): Promise<void> {
  await tab.evaluate(`(() => {
    const field = document.createElement("textarea");
    field.id = "copied-from";
    field.value = ${JSON.stringify(text)};
    document.body.append(field);
    field.select();
  })()`);
  await tab.press("Control+C");
  await tab.evaluate('document.getElementById("copied-from").remove()');
}

/** Selects all of a cell's text and pastes another in its place. */
export async function replaceText(tab: Tab, id: string, text: string): Promise<void> {
  await copy(tab, text);
  await edit(tab, id);
  await tab.press("Control+A");
  await tab.press("Control+V");
  await tab.until(
    `relukit.textOf(relukit.cell("${id}")) === ${JSON.stringify(text)}`,
    `the text pasted into ${id}`,
    5,
  );
}

/** What stands below a cell. */
export const shownBelow = (tab: Tab, id: string): Promise<string> => tab.text(`[data-outputs="${id}"]`);
