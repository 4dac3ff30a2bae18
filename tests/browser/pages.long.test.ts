// The structure of the pages that docs/ shows, against the outlines kept there, and their fit at three widths, in both browsers.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, test } from "node:test";
import { misfits, outlineOf } from "../../fixtures/record/pages/outline.ts";
import { shown, widths } from "../../fixtures/record/pages/pages.ts";
import { browsers } from "./browsers.ts";
import { oneTab } from "./one-tab.ts";
import { servedSite } from "./site.ts";

const site = browsers.some(({ missing }) => missing === false) ? servedSite() : undefined;
after(async () => (await site)?.close());
const laptop = { width: 1280, height: 800 };

for (const candidate of browsers) {
  const tab = oneTab(candidate, { reducedMotion: true }, laptop);
  const { missing: skip, name: browser } = candidate;

  for (const { name, path } of shown)
    test(`${browser}: ${path} has the structure of docs/pages/${name}.outline.txt, and fits at every width`, {
      skip,
    }, async () => {
      const page = await tab();
      await page.resize(laptop);
      await page.goto(`${(await site)?.url}${path}`);
      await page.until(`document.readyState === "complete"`, "the page");
      const wanted = readFileSync(new URL(`../../docs/pages/${name}.outline.txt`, import.meta.url), "utf8");
      assert.equal(
        `${await page.evaluate(outlineOf)}\n`,
        wanted,
        "npx tsx fixtures/record/pages/record.ts makes them anew",
      );
      for (const { name: size, width, height } of widths) {
        await page.resize({ width, height });
        assert.deepEqual(await page.evaluate(misfits), [], `${path} on a ${size}`);
      }
    });
}
