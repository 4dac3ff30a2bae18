import assert from "node:assert/strict";
import { test } from "node:test";
import { gauges } from "../../../../reference/oracle/arithmetic/gauge.ts";
import { type Manner, machine, plainManner } from "../../../../reference/oracle/arithmetic/machine.ts";
import { ORDERS } from "../../../../reference/oracle/arithmetic/order.ts";
import { evaluate } from "../../../../reference/oracle/evaluate.ts";
import type { FloatDtype } from "../../../../reference/oracle/float-formats.ts";
import type { Declaration } from "../../../../reference/oracle/kernel.ts";
import { modelOf } from "../../../../reference/oracle/model.ts";
import type { Stream } from "../../../../reference/random.ts";
import { expected, farthest, smallCases } from "./small-cases.ts";

const MODELS: readonly (readonly [FloatDtype, Omit<Declaration, "name">])[] = [
  ["F64", {}],
  ["F32", {}],
  ["F32", { inputs: "tf32", functions: "fast" }],
  ["F32", { flushesSubnormals: true, tails: "absolute" }],
  ["F16", {}],
  ["F16", { accumulator: "f16" }],
  ["F16", { accumulator: "tc-fp32" }],
  ["BF16", { intermediate: "BF16" }],
  ["BF16", { accumulator: "bf16" }],
];

const manner = (i: number): Manner => ({
  order: ORDERS[i % ORDERS.length] ?? "ascending",
  fused: i % 3 === 0,
  lastFirst: i % 5 === 0,
  second: (i >> 3) % 2 === 0,
  wide: i % 7 === 0,
  sloppy: i % 3 !== 1,
});

/** Each case with `tries` machines of each model, the manners and orders in turn. */
function holds(what: string, tries: number, make?: (draw: Stream) => number): void {
  test(`no machine of any model is beyond its bound on ${what}, in any order`, () => {
    let turn = 0;
    for (const [seed, [dtype, declaration]] of MODELS.entries()) {
      if (tries === 1 && seed % 3 !== 1) continue; // one of three models
      const model = modelOf(declaration, dtype);
      for (const given of smallCases(dtype, seed, make)) {
        const allowed = expected(given, model);
        for (let i = 0; i < tries; i++) {
          const way = manner(turn++);
          const { share, where } = farthest(allowed, evaluate(given, machine(model, way)));
          assert.ok(
            share <= 1,
            `${dtype} ${JSON.stringify(declaration)} ${given.op} ${JSON.stringify([given.attributes, way])}: ${where}`,
          );
        }
      }
    }
  });
}

holds("random numbers", 2);
holds("equal numbers, whose roundings all have one direction", 1, () => 0.7);
holds("positive numbers of many sizes", 1, (draw) => Math.abs(draw.normal()) / (1 << draw.integer(12)));
holds("numbers around 2", 1, (draw) => 2 + 0.01 * draw.normal());

test("a machine of one order declares it, and is inside the bound of that order", () => {
  for (const [structure, order] of [
    ["sequential", "ascending"],
    ["sequential", "descending"],
    ["tree", "tree"],
    ["lanes:4", "lanes4"],
  ] as const) {
    const model = modelOf({ structure }, "F32");
    for (const given of smallCases("F32", 5).filter(({ op }) => op !== "activate")) {
      const allowed = expected(given, model);
      for (const lastFirst of [false, true]) {
        const answer = evaluate(given, machine(model, { ...plainManner, order, lastFirst }));
        const { share, where } = farthest(allowed, answer);
        assert.ok(share <= 1, `${structure} ${order} ${given.op}: ${where}`);
      }
    }
  }
});

test("a bug as small as one term of a row left out is beyond the bound", () => {
  const model = modelOf({}, "F32");
  for (const given of smallCases("F32", 3)) {
    if (!["linear", "unembed", "gatedLinear", "layerNorm", "softmax", "crossEntropy"].includes(given.op))
      continue;
    const right = machine(model);
    const wrong = {
      ...right,
      dot: (n: number, x: (i: number) => number, y: (i: number) => number, last?: number) =>
        right.dot(n - 1, x, y, last),
      sum: (n: number, x: (i: number) => number) => right.sum(n - 1, x),
      moments: (n: number, x: (i: number) => number) => right.moments(n - 1, x),
    };
    const { share } = farthest(expected(given, model, gauges(model)), evaluate(given, wrong));
    assert.ok(share > 100, `${given.op}: ${share}`);
  }
});
