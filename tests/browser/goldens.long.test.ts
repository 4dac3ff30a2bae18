// Every lesson runs to its end in two browsers and shows what Node showed, to the last bit.
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { pathToFileURL } from "node:url";
import { compare, type Golden } from "../../lessons/notebook/golden.ts";
import type { Cell, Lesson } from "../../lessons/notebook/lesson.ts";
import { outputsHtml } from "../../lessons/notebook/outputs.ts";
import { readGolden, readLesson } from "../../lessons/notebook/shelf.node.ts";
import { sources } from "../../lessons/notebook/sources.node.ts";
import { browsers, type Tab } from "./browsers.ts";
import { oneTab } from "./one-tab.ts";
import { ids, servedSite } from "./site.ts";
import { alive, type Heard, openNew, runAll } from "./steps.ts";

const site = await servedSite();
after(() => site.close());

/** What the page draws of a cell, as it was before a script gave its sliders life. */
const drawn = (id: string): string => `(() => {
  const shown = document.querySelector('[data-outputs="${id}"]').cloneNode(true);
  for (const control of shown.querySelectorAll(".controls")) control.removeAttribute("data-wired");
  for (const slider of shown.querySelectorAll("input")) slider.disabled = true;
  return shown.innerHTML;
})()`;
const parsed = (html: string): string => `(() => {
  const parsed = document.createElement("template");
  parsed.innerHTML = ${JSON.stringify(html)};
  return parsed.innerHTML;
})()`;

/** What a page was heard to show, as golden.ts compares it; what the compiler says is not said in a page. */
function outputsOf(
  { cells }: Lesson,
  golden: Golden,
  { outputs }: Heard,
): Map<string, Heard["outputs"][string]> {
  return new Map(
    cells.flatMap(({ id, keys }) => {
      const shown = keys["type-error"] === undefined ? outputs[id] : golden.cells[id];
      return shown === undefined ? [] : [[id, shown] as const];
    }),
  );
}

/** Whether Run all runs a cell, for a reader who has solved nothing. */
const runs = ({ kind, keys }: Cell): boolean =>
  (kind === "cell" || kind === "solution") && keys["type-error"] === undefined;

async function looksLikeGolden(tab: Tab, { cells }: Lesson, golden: Golden): Promise<void> {
  for (const { id, keys } of cells) {
    const outputs = golden.cells[id];
    if (outputs === undefined || keys.volatile || keys.tol !== undefined || keys.golden !== undefined)
      continue;
    const wanted = await tab.evaluate<string>(parsed(outputsHtml(id, outputs, keys.alt)));
    assert.equal(await tab.evaluate<string>(drawn(id)), wanted, `${id} is drawn`);
  }
}

function stayedHome(tab: Tab, home: string): void {
  const away = tab.seen.requests.filter((url) => !url.startsWith(home) && !/^(?:blob|data):/.test(url));
  assert.deepEqual(away, [], "requests off the page's own origin");
  assert.deepEqual(tab.seen.errors, [], "errors on the console");
}

for (const candidate of browsers) {
  const { name, missing } = candidate;
  const opened = oneTab(candidate);

  for (const id of ids)
    test(`${id} runs in ${name} and shows its golden to the bit`, { skip: missing }, async () => {
      const page = await opened();
      const [lesson, golden] = [readLesson(sources, id), readGolden(sources, id)];
      assert.ok(golden);
      await openNew(page, site, id);
      const said = await runAll(page);
      assert.deepEqual({ ...said.outcome, seconds: 0 }, { kind: "done", seconds: 0 });
      const bits = new Map(await page.evaluate<[string, string][]>("[...relukit.bits]"));
      assert.deepEqual(compare(lesson, golden, outputsOf(lesson, golden, said), bits), []);
      for (const { id: cell } of lesson.cells.filter(runs)) {
        assert.equal(bits.get(cell), golden.bits[cell] ?? bits.get(cell), `bits of ${cell}`);
        assert.ok(bits.has(cell), `${cell} ran`);
      }
      await looksLikeGolden(page, lesson, golden);
      stayedHome(page, site.url);
    });

  for (const id of ids.slice(0, 2))
    test(`${id} opened from disk runs in ${name}`, { skip: missing }, async () => {
      const page = await opened();
      const folder = pathToFileURL(site.folder).href;
      await page.goto(`${folder}/${id}.html`);
      await alive(page);
      const said = await runAll(page);
      assert.equal(said.outcome?.kind, "done");
      stayedHome(page, folder);
    });
}
