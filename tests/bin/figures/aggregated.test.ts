// What the figures of section 5.1 and appendix B say of themselves: the numbers that are drawn, and nothing else.
import assert from "node:assert/strict";
import { test } from "node:test";
import type { AggregatedResult } from "../../../bin/experiments/aggregated.ts";
import type { LatencyResult } from "../../../bin/experiments/latency.ts";
import { aggregatedFigures } from "../../../bin/figures/aggregated.ts";
import { type Drawing, result } from "../../../bin/figures/figure.ts";
import { latencyFigures } from "../../../bin/figures/latency.ts";
import { figure1b, figure9a } from "../../../bin/figures/row-skipping.ts";

const figures = [figure1b, ...aggregatedFigures, figure9a, ...latencyFigures];
const drawn = new Map(figures.map(({ id, draw }) => [id, draw()]));
const figure = (id: string): Drawing => drawn.get(id) ?? assert.fail(id);
const { "opt-relu": opt, "llama-relu": llama } = result<AggregatedResult>("aggregated").models;
const percent = (share = Number.NaN): string => `${(100 * share).toFixed(1)} %`;

test("each figure has an id of its own, an SVG, and an alternative without a number that is none", () => {
  assert.equal(drawn.size, figures.length);
  for (const [id, { figure, alt }] of drawn) {
    assert.match(figure.svg, /^<svg viewBox/, id);
    assert.ok(alt.length > 100 && !/NaN|undefined|null/.test(alt), `${id}: ${alt}`);
  }
});

test("figures 7a and 7b say what is unused after 100 tokens", () => {
  for (const [model, suffix] of [
    [opt, ""],
    [llama, "-llama"],
  ] as const) {
    for (const { unused } of model.layers)
      assert.ok(figure(`7a${suffix}`).alt.includes(percent(unused[99])), percent(unused[99]));
    for (const curve of [model.mean, model.chance, model.byUse])
      assert.ok(figure(`7b${suffix}`).alt.includes(percent(curve[99])));
  }
});

test("figure 7a is right that its curves fall", () => {
  for (const { layers, mean } of [opt, llama])
    for (const curve of [...layers.map(({ unused }) => unused), mean])
      assert.ok(curve.every((share, t) => t === 0 || share <= (curve[t - 1] ?? -1)));
});

test("figure 7c is right that both restrictions cost less the larger gamma is", () => {
  for (const { reuse } of [opt, llama])
    for (const kind of ["loaded", "random"] as const)
      assert.ok(
        reuse.every(({ added }, i) => i === 0 || added[kind].nats < (reuse[i - 1]?.added[kind].nats ?? 0)),
      );
});

test("figure hot is right that no layer follows a line: every one ends below it", () => {
  for (const { use } of opt.layers) {
    const { powerLaw, ranked } = use;
    const last = ranked.filter((tokens) => tokens > 0);
    const line = (powerLaw?.intercept ?? 0) + (powerLaw?.slope ?? 0) * Math.log(last.length);
    assert.ok(Math.log(last.at(-1) ?? 1) < line);
  }
});

test("figure 9b says the median and the middle half at 90 % zeros", () => {
  for (const { rows } of result<LatencyResult>("latency").sizes) {
    const row = rows.find(({ part, sparsity }) => part === "down" && sparsity === 0.9);
    const whole = (share = Number.NaN): string => `${(100 * share).toFixed(0)} %`;
    const { median, low, high } = row?.timeRatio ?? assert.fail();
    assert.ok(figure("9b").alt.includes(`${whole(median)} (${whole(low)} to ${whole(high)}) for 10 %`));
  }
});

test("figure 1b names the neurons that fire", () => {
  const [, named = ""] = /Neurons ([\d, ]+) fire, and their rows alone are read/.exec(figure("1b").alt) ?? [];
  assert.deepEqual(named.split(", "), ["8", "10", "11", "23"]);
});
