import assert from "node:assert/strict";
import { test } from "node:test";
import type { Arithmetic } from "../../../../reference/oracle/arithmetic/arithmetic.ts";
import { closely } from "../../../../reference/oracle/arithmetic/closely.ts";
import {
  near,
  type Rational,
  rational,
  rationally,
} from "../../../../reference/oracle/arithmetic/rational.ts";
import { evaluate } from "../../../../reference/oracle/evaluate.ts";
import { smallCases } from "./small-cases.ts";

/** The same operations on |x| instead of x, and + for every −: what errors are relative to. */
const sizes: Arithmetic<Rational> = {
  ...rationally,
  stored: (x) => rational(Math.abs(x)),
  subtract: rationally.add,
  isZero: () => false,
  activate: (_, x) => rationally.multiply(rationally.add(x, rational(1)), rationally.add(x, rational(1))),
  slope: (_, x) => rationally.add(rationally.add(x, x), rational(2)),
};

const WITHOUT = /^(softmax|layerNorm|rmsNorm|rotary|attend|crossEntropy)/;
const SMOOTH = new Set(["silu", "swish", "gelu", "gelu-tanh"]);
const isRational = ({ op, attributes }: ReturnType<typeof smallCases>[number]): boolean =>
  !WITHOUT.test(op) && !SMOOTH.has((attributes["f"] as { kind?: string } | undefined)?.kind ?? "");

test("closely(case) is within 2^-98 of the exact fraction, relative to the sum of sizes, for every rational operator", () => {
  const seen = new Set<string>();
  for (const seed of [1, 2, 3]) {
    for (const given of smallCases(seed === 1 ? "F32" : "F64", seed).filter(isRational)) {
      seen.add(given.op);
      const [got, wanted, size] = [
        evaluate(given, closely),
        evaluate(given, rationally),
        evaluate(given, sizes),
      ];
      for (const [name, pairs] of Object.entries(got)) {
        for (const [i, { hi, lo }] of pairs.entries()) {
          const exact = wanted[name]?.[i] ?? rational(0);
          const error = near(rationally.subtract(rationally.add(rational(hi), rational(lo)), exact));
          const allowed = 2 ** -98 * near(size[name]?.[i] ?? rational(0));
          assert.ok(
            Math.abs(error) <= allowed,
            `${given.op} ${name}[${i}]: off by ${error}; expected ${allowed}`,
          );
        }
      }
    }
  }
  assert.equal(seen.size, 19);
});

test("closely.moments and closely.weightedMean are those of the fractions", () => {
  const [x, w] = [
    [1000.1, 999.3, 1000.7, 1001.9],
    [0.1, 2.5, 1e-9, 0.7],
  ];
  const of = <N>(a: Arithmetic<N>) => {
    const at = (row: readonly number[]) => (i: number) => a.stored(row[i] ?? 0);
    return { ...a.moments(4, at(x)), weighted: a.weightedMean(4, at(w), at(x)) };
  };
  const [got, wanted] = [of(closely), of(rationally)];
  for (const name of ["mean", "variance", "weighted"] as const) {
    const sum = rationally.add(rational(got[name].hi), rational(got[name].lo));
    const error = Math.abs(near(rationally.subtract(sum, wanted[name])));
    assert.ok(error <= 2 ** -98 * 1000, `${name}: off by ${error}`);
  }
});

test("closely keeps infinities and NaN as float64 has them", () => {
  const { stored } = closely;
  assert.equal(closely.add(stored(Infinity), stored(1)).hi, Infinity);
  assert.ok(Number.isNaN(closely.multiply(stored(0), stored(Infinity)).hi));
  assert.equal(closely.divide(stored(1), stored(0)).hi, Infinity);
  assert.equal(closely.overRoot(stored(0)).hi, Infinity);
  assert.equal(closely.power(stored(-Infinity), stored(1)).hi, 0);
  assert.equal(closely.activate({ kind: "silu", shift: 0 }, stored(-Infinity)).hi, 0);
  assert.ok(Number.isNaN(closely.activate({ kind: "relu", shift: 0 }, stored(Number.NaN)).hi));
});
