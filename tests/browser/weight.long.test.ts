// What a reader's first look at a lesson weighs, and what comes only when it is asked for.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { after, test } from "node:test";
import { gzipSync } from "node:zlib";
import { browsers, type Candidate, type Tab } from "./browsers.ts";
import { oneTab } from "./one-tab.ts";
import { ids, servedSite } from "./site.ts";
import { alive, edit, openNew, runAll } from "./steps.ts";

const site = await servedSite();
after(() => site.close());
const mostBytes = 400 * 1024;

/** The files of the site that a tab has asked for, each once. */
const filesOf = (tab: Tab): readonly string[] => [
  ...new Set(
    tab.seen.requests.filter((url) => url.startsWith(site.url)).map((url) => url.slice(site.url.length)),
  ),
];
const compressed = (file: string): number =>
  gzipSync(readFileSync(join(site.folder, file)), { level: 9 }).length;
const timesAsked = (tab: Tab, file: string): number =>
  tab.seen.requests.filter((url) => url === `${site.url}assets/${file}`).length;
const kilobytes = (bytes: number): string => `${(bytes / 1024).toFixed(1)} KB`;

function weighs(candidate: Candidate): void {
  const opened = oneTab(candidate);
  const { name, missing } = candidate;

  test(`the first look at any lesson weighs at most 400 KB in ${name}`, { skip: missing }, async (t) => {
    const weights: { readonly id: string; readonly bytes: number; readonly files: readonly string[] }[] = [];
    const milliseconds: number[] = [];
    for (const id of ids) {
      const tab = await opened();
      await tab.goto(`${site.url}${id}.html`);
      await tab.until('document.body.dataset.live === "true"', "a live page");
      await tab.evaluate("document.fonts.ready.then(() => true)");
      milliseconds.push(
        await tab.evaluate<number>("performance.getEntriesByType('navigation')[0].domContentLoadedEventEnd"),
      );
      const files = filesOf(tab);
      assert.ok(
        files.includes("assets/live.js") && files.some((file) => file.endsWith(".css")),
        files.join(" "),
      );
      weights.push({ id, bytes: files.reduce((sum, file) => sum + compressed(file), 0), files });
    }
    const heaviest = weights.reduce((a, b) => (b.bytes > a.bytes ? b : a));
    const parts = [...heaviest.files].map((file) => `${file} ${kilobytes(compressed(file))}`).join(", ");
    t.diagnostic(`the heaviest, ${heaviest.id}: ${kilobytes(heaviest.bytes)} (${parts})`);
    t.diagnostic(`alive after ${Math.round(Math.max(...milliseconds))} ms at most, here and now`);
    for (const { id, bytes } of weights) assert.ok(bytes <= mostBytes, `${id}: ${kilobytes(bytes)}`);
  });

  test(`the library and the editor come once, and not before they are needed, in ${name}`, {
    skip: missing,
  }, async () => {
    const tab = await opened();
    await openNew(tab, site, "l00-tensors");
    tab.forget();
    await tab.reload();
    await alive(tab);
    assert.deepEqual(
      [timesAsked(tab, "library.js"), timesAsked(tab, "editor.js")],
      [0, 0],
      "before anything",
    );
    await runAll(tab);
    assert.deepEqual([timesAsked(tab, "library.js"), timesAsked(tab, "editor.js")], [1, 0], "after a run");
    const cells = await tab.evaluate<readonly string[]>(
      '[...document.querySelectorAll(".cell:has(> .tools .edit)")].slice(0, 2).map((one) => one.dataset.cell)',
    );
    for (const id of cells) await edit(tab, id);
    await runAll(tab);
    assert.deepEqual(
      [timesAsked(tab, "library.js"), timesAsked(tab, "editor.js")],
      [1, 1],
      "after two edits",
    );
  });
}

for (const candidate of browsers) weighs(candidate);
