// What the figures of what came after say of themselves: the numbers that are drawn, and nothing else.
import assert from "node:assert/strict";
import { test } from "node:test";
import type { AfterResult } from "../../../bin/experiments/after.ts";
import { afterFigures } from "../../../bin/figures/after.ts";
import { type Drawing, result } from "../../../bin/figures/figure.ts";

const drawn = new Map(afterFigures.map(({ id, draw }) => [id, draw()]));
const figure = (id: string): Drawing => drawn.get(id) ?? assert.fail(id);
const { teal, cats, fatReluOpt, cettRelu, cettSilu, topK, predictor, signOpt, window, batchOpt } =
  result<AfterResult>("after");
const rising = (values: readonly number[]): boolean =>
  values.every((v, i) => i === 0 || v > (values[i - 1] ?? v));

test("each figure has an id of its own, an SVG, and an alternative without a number that is none", () => {
  assert.equal(drawn.size, afterFigures.length);
  for (const [id, { figure, alt }] of drawn) {
    assert.match(figure.svg, /^<svg viewBox/, id);
    assert.ok(alt.length > 100 && !/NaN|undefined|null|Infinity/.test(alt), `${id}: ${alt}`);
  }
});

test("figure after-teal is right that TEAL costs more than CATS at every target, and says what each costs", () => {
  for (const row of teal.found) {
    const other = cats.found.find(({ target }) => target === row.target) ?? assert.fail(`${row.target}`);
    assert.ok(row.target === 0 || row.nats > other.nats, `${row.target}`);
    for (const { nats } of [row, other]) assert.ok(figure("after-teal").alt.includes(nats.toFixed(3)));
  }
  assert.ok(rising(teal.found.map(({ nats }) => nats)) && rising(cats.found.map(({ nats }) => nats)));
});

test("figure after-fatrelu is right that the shifted ReLU costs more wherever there is a shift", () => {
  for (const { threshold, nats, shiftedNats } of fatReluOpt.found.rows)
    assert.ok(threshold === 0 ? shiftedNats === nats : shiftedNats > nats);
});

test("figure after-cett is right that the curve without exact zeros lies below", () => {
  for (const [i, { sparsity }] of cettRelu.found.entries())
    assert.ok(sparsity > (cettSilu.found[i]?.sparsity ?? 1));
});

test("figure after-top-k is right that most is kept, for what is wanted, where least is wanted", () => {
  const ratios = topK.found.map(({ k, layers }) => Math.max(...layers.map(({ mean }) => mean / k)));
  assert.equal(Math.max(...ratios), ratios[0]);
  assert.ok(figure("after-top-k").alt.includes((ratios[0] ?? 0).toFixed(2)));
});

test("figure after-predictors is right that higher ranks find more for the same work, and the signs as much as the lowest", () => {
  const at = (
    rows: readonly { readonly guessed: number; readonly recall: number }[],
    share: number,
  ): number => {
    const points = [{ guessed: 0, recall: 0 }, ...rows, { guessed: 1, recall: 1 }].sort(
      (a, b) => a.guessed - b.guessed,
    );
    const right = points.findIndex(({ guessed }) => guessed >= share);
    const [a, b] = [points[right - 1], points[right]];
    if (!a || !b) return 1;
    return a.recall + ((b.recall - a.recall) * (share - a.guessed)) / (b.guessed - a.guessed);
  };
  const ranks = [...new Set(predictor.found.map(({ rank }) => rank))];
  const curves = ranks.map((rank) => predictor.found.filter((row) => row.rank === rank));
  for (const share of [0.1, 0.2, 0.3]) assert.ok(rising(curves.map((rows) => at(rows, share))), `${share}`);
  for (const { guessed, recall } of signOpt.found.filter(({ guessed }) => guessed < 0.6))
    assert.ok(Math.abs(at(curves[0] ?? [], guessed) - recall) < 0.01, `signs at ${guessed}`);
});

test("figure after-window is right that all curves rise, layer 0 above the others", () => {
  for (const l of [0, 1, 2, 3]) assert.ok(rising(window.found.map(({ layers }) => layers[l] ?? 0)));
  for (const { k, layers } of window.found) assert.ok(k === 0 || Math.max(...layers) === layers[0]);
});

test("figure after-batch is right that three curves fall together, and says where they are", () => {
  for (const kind of ["unused", "rates", "chance"] as const)
    assert.ok(rising(batchOpt.found.map((row) => -row[kind])));
  for (const { unused } of batchOpt.found)
    assert.ok(figure("after-batch").alt.includes(`${Number((100 * unused).toPrecision(3))} %`));
});
