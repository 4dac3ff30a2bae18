import assert from "node:assert/strict";
import { test } from "node:test";
import { closely } from "../../../../reference/oracle/arithmetic/closely.ts";
import { gauges } from "../../../../reference/oracle/arithmetic/gauge.ts";
import { blocks } from "../../../../reference/oracle/arithmetic/tensor-core.ts";
import { FORMATS, powerOfTwoBelow, truncatedTo } from "../../../../reference/oracle/float-formats.ts";
import { modelOf } from "../../../../reference/oracle/model.ts";
import { stream } from "../../../../reference/random.ts";

const U = 2 ** -23; // of a float32 that cuts off
const model = modelOf({ accumulator: "tc-fp32" }, "F16");
const cutOff = (x: number): number => truncatedTo(FORMATS.F32, x);

/** Blocks of `width` terms and the sum so far, lined up with the largest, of which each keeps 24 bits and no more. */
function barely(terms: readonly number[], width: number): number {
  let sum = 0;
  for (let from = 0; from < terms.length; from += width) {
    const block = [sum, ...terms.slice(from, from + width)];
    const grain = powerOfTwoBelow(Math.max(...block.map(Math.abs))) * U;
    sum = cutOff(block.reduce((all, x) => all + Math.trunc(x / grain) * grain, 0));
  }
  return sum;
}

const draw = stream(8, "tensor cores");
const DATA: Readonly<Record<string, (i: number) => number>> = {
  "random numbers": () => draw.normal(),
  "positive numbers": () => Math.abs(draw.normal()),
  "numbers of many sizes": () => draw.normal() * 2 ** -draw.integer(30),
  "a large number and many that are just cut off": (i) => (i === 0 ? 1 : 0.99 * U),
  "numbers just below a power of two": () => 2 - 2 ** -20,
};

for (const [what, f] of Object.entries(DATA)) {
  test(`tensor cores that add 4, 8 or 16 at once stay inside the bound: ${what}`, () => {
    for (let n = 2; n <= 128; n *= 2) {
      const terms = Array.from({ length: n }, (_, i) => Math.fround(f(i)));
      const row =
        <N>(of: (x: number) => N) =>
        (i: number) =>
          of(terms[i] ?? 0);
      const [truth, { error }] = [
        closely.sum(n, row(closely.stored)),
        gauges(model).sum(n, row(gauges(model).stored)),
      ];
      for (const width of [4, 8, 16]) {
        const off = Math.abs(barely(terms, width) - truth.hi - truth.lo);
        assert.ok(off <= error, `${n} terms by ${width}: off by ${off}; expected ${error}`);
      }
      assert.ok(Math.abs(blocks(terms, cutOff) - truth.hi) <= error);
    }
  });
}

test("the bound of a tensor core is tight: many terms that are just cut off are nearly all of it", () => {
  const f = DATA["a large number and many that are just cut off"] ?? (() => 0);
  const terms = Array.from({ length: 64 }, (_, i) => Math.fround(f(i)));
  const a = gauges(model);
  const { error } = a.sum(64, (i) => a.stored(terms[i] ?? 0));
  const lost = 63 * 0.99 * U;
  assert.equal(barely(terms, 8), 1);
  assert.ok(lost > 0.98 * error, `${lost / error}`);
});
