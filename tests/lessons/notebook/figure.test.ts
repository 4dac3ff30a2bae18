import assert from "node:assert/strict";
import { test } from "node:test";
import { bars, heatMap, histogram, lines } from "../../../lessons/notebook/figure.ts";
import { display } from "../../../lessons/notebook/print.ts";

const figures = [
  lines({
    x: { label: "x", values: [0, 1 / 3, 1] },
    y: { label: "y" },
    series: [
      { name: "a", values: [1, 2, 3] },
      { name: "b", values: [3, 1, 2] },
    ],
  }),
  bars({
    x: { label: "layer" },
    y: { label: "zeros" },
    values: [
      { name: "0", value: 1 / 3 },
      { name: "1", value: 0.7 },
    ],
  }),
  histogram({ x: { label: "pre-activation" }, values: [-1, 0, 0.1, 2], bins: 7 }),
  heatMap({
    x: { label: "neuron" },
    y: { label: "token" },
    rows: [
      [0, 1, 2],
      [2, 1, 0],
    ],
    steps: 3,
  }),
];

test("a figure shows itself as SVG and as text", () => {
  for (const figure of figures) {
    const bundle = display(figure);
    assert.match(String(bundle?.["image/svg+xml"]), /^<svg viewBox=/);
    assert.match(bundle?.["text/plain"] ?? "", /^\[figure: /);
  }
});

test("a figure rounds every number to .01 and takes its colours from the page", () => {
  for (const { svg } of figures) {
    assert.doesNotMatch(svg, /="[^"]*\d\.\d{3}/);
    assert.doesNotMatch(svg, /<style|class=|#[0-9a-f]{3}|rgb\(/);
    assert.match(svg, /var\(--(series|heat)-1\)/);
  }
});

test("histogram(values) puts what lies outside its domain in the first and the last bar", () => {
  const { svg } = histogram({ x: { label: "x", domain: [0, 2] }, values: [-9, 0.5, 9], bins: 2 });
  assert.equal(svg.match(/<rect/g)?.length, 2);
});

test("heatMap(rows) leaves exact zeros blank and says so in a swatch of their own", () => {
  const figure = figures[3];
  assert.equal(figure?.text, "heat map of 2 × 3 values, 2 of them 0, the others from 1 to 2");
  assert.deepEqual(
    figure?.svg.match(/>(?:0|1 to 1\.33|to 1\.67|to 2)</g)?.filter((text) => text.includes("to")).length,
    3,
  );
  assert.equal(figure?.svg.match(/<rect [^>]*fill="var/g)?.length, 4);
});

test("lines(series) moves names apart that would overlap", () => {
  const { svg } = lines({
    x: { label: "x", values: [0, 1] },
    y: { label: "y" },
    series: ["a", "b", "c"].map((name) => ({ name, values: [0, 1] })),
  });
  const heights = [...svg.matchAll(/translate\([\d.]+,([\d.]+)\)"[^>]*>[abc]</g)].map(([, height]) =>
    Number(height),
  );
  assert.equal(heights.length, 3);
  assert.ok(Math.abs((heights[0] ?? 0) - (heights[1] ?? 0)) > 12);
});
