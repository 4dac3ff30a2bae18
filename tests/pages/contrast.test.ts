// Colours stand out, and docs/pages.md says by how much.
import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { contrast, contrastTable, pairs, palettes } from "../../fixtures/record/pages/contrast.ts";
import { shown, widths } from "../../fixtures/record/pages/pages.ts";

const text = (path: string): string => readFileSync(new URL(`../../${path}`, import.meta.url), "utf8");
const css = text("lessons/notebook/page/lesson.css");

test("contrast(palette, pair) is 21 for black on white, 1 for a colour on itself, and WCAG's for a grey", () => {
  const palette = { black: "#000", white: "#ffffff", grey: "#767676" };
  assert.equal(contrast(palette, { front: "black", back: "white" }), 21);
  assert.equal(contrast(palette, { front: "grey", back: "grey" }), 1);
  assert.equal(contrast(palette, { front: "grey", back: "white" }).toFixed(2), "4.54");
  assert.throws(() => contrast(palette, { front: "ink", back: "white" }), /no colour ink/);
});

for (const [scheme, palette] of Object.entries(palettes(css)))
  test(`lesson.css, ${scheme}: every pair of colours stands out as WCAG 2.2 asks`, () => {
    for (const pair of pairs) {
      const ratio = contrast(palette, pair);
      assert.ok(
        ratio >= pair.least,
        `${pair.what}: ${pair.front} on ${pair.back} has ${ratio.toFixed(2)}; expected ${pair.least}`,
      );
    }
  });

test("docs/pages.md has today's table of contrasts and every picture", () => {
  const page = text("docs/pages.md");
  assert.ok(page.includes(contrastTable(css)), "run npx tsx fixtures/record/pages/record.ts");
  for (const { name } of shown)
    for (const { name: size } of widths)
      for (const scheme of ["light", "dark"]) {
        const path = `pages/${name}-${size}-${scheme}.jpg`;
        assert.ok(page.includes(path), path);
        assert.ok(existsSync(new URL(`../../docs/${path}`, import.meta.url)), path);
      }
});
