import assert from "node:assert/strict";
import { test } from "node:test";
import type { Case } from "../../../reference/oracle/case.ts";
import { type FloatDtype, FORMATS } from "../../../reference/oracle/float-formats.ts";
import { graver, type Judgement, judge } from "../../../reference/oracle/judge.ts";

interface Setting {
  readonly bound?: number;
  /** eight deviations; as large as the bound, where it is left out */
  readonly likely?: number;
  readonly dtype?: FloatDtype;
  readonly tier?: Case["tier"];
  readonly random?: boolean;
  readonly lo?: number;
  readonly mayBeNaN?: boolean;
  /** what an activation was asked for */
  readonly relu?: { readonly x: number; readonly shift: number };
}

const filled = (n: number, value: number): Float64Array => new Float64Array(n).fill(value);

/** Each number judged against the one at its place. */
function judged(got: readonly number[], wanted: readonly number[], setting: Setting = {}): Judgement {
  const {
    bound = 0,
    likely = bound,
    dtype = "F32",
    tier = "bounded",
    random = false,
    lo = 0,
    relu,
  } = setting;
  const n = wanted.length;
  const given: Case = {
    ...{ id: "one", dtype, tier, random },
    op: relu ? "activate" : "add",
    attributes: relu ? { f: { kind: "relu", shift: relu.shift } } : {},
    inputs: relu ? { x: { shape: [1, n], numbers: filled(n, relu.x) } } : {},
  };
  const gauge = { bound: filled(n, bound), likely: filled(n, likely) };
  return judge(
    given,
    { y: Float64Array.from(got) },
    {
      truth: { y: { hi: Float64Array.from(wanted), lo: filled(n, lo) } },
      gauge: { y: { ...gauge, ...(setting.mayBeNaN && { mayBeNaN: new Set([0]) }) } },
    },
  );
}

const one = (got: number, wanted: number, setting?: Setting): Judgement["verdict"] =>
  judged([got], [wanted], setting).verdict;

const { eta, tiny, max } = FORMATS.F32;
const VALUES: readonly number[] = [
  ...[Number.NaN, Infinity, -Infinity, 0, -0],
  ...[eta, -eta, 2 * eta, tiny / 2, -tiny / 2, tiny - eta],
  ...[tiny, -tiny, 1, -1, 1 + 2 ** -23, 1 - 2 ** -24, 1.5, -1.5, 2],
  ...[max, -max, max - 2 ** 104, 2 ** 127],
];

test("24 values by 24: where a bound is 0, a number is right for itself alone, NaN for NaN, and zeros for each other", () => {
  assert.equal(new Set(VALUES.map((x) => (Object.is(x, -0) ? "-0" : String(x)))).size, 24);
  let right = 0;
  for (const got of VALUES)
    for (const wanted of VALUES) {
      const passes = Number.isNaN(wanted) ? Number.isNaN(got) : got === wanted;
      if (passes) right += 1;
      for (const tier of ["exact", "bounded", "special"] as const) {
        const verdict = one(got, wanted, { tier });
        assert.equal(verdict, passes ? "PASS" : "FAIL", `${got} for ${wanted} in a case that is ${tier}`);
      }
    }
  assert.equal(right, 24 + 2); // +0 for −0, and −0 for +0
});

test("24 values by 24, each as far off as a bound allows: no NaN or infinity for a number, or the reverse", () => {
  const bound = 2 ** -23;
  for (const got of VALUES)
    for (const wanted of VALUES) {
      const near = Number.isFinite(wanted) && Math.abs(got - wanted) <= bound;
      const passes = near || got === wanted || (Number.isNaN(got) && Number.isNaN(wanted));
      const verdict = one(got, wanted, { bound });
      assert.equal(verdict, passes ? "PASS" : "FAIL", `${got} for ${wanted} within ${bound}`);
    }
});

test("behind a rectifier, below the shift, a zero is +0; at the shift and above its sign is free", () => {
  assert.equal(one(0, 0, { relu: { x: -1, shift: 0 } }), "PASS");
  assert.equal(one(-0, 0, { relu: { x: -1, shift: 0 } }), "FAIL");
  assert.equal(one(-0, 0, { relu: { x: 0.25, shift: 0.5 } }), "FAIL");
  assert.equal(one(-0, 0, { relu: { x: -0, shift: 0 } }), "PASS");
  assert.equal(one(-0, 0, { relu: { x: 0.5, shift: 0.5 } }), "PASS");
});

test("F16 overflows where a result rounds past 65504: Infinity is right from 65520 on, and by a bound from before", () => {
  const half = (got: number, wanted: number, bound: number) => one(got, wanted, { dtype: "F16", bound });
  assert.equal(half(65504, 65519, 16), "PASS");
  assert.equal(half(Infinity, 65519, 0.5), "FAIL");
  assert.equal(half(Infinity, 65519, 1), "PASS"); // a machine that is 1 off may round up
  assert.equal(half(65504, 65519, 1), "FAIL"); // 15 off, and only 1 allowed
  assert.equal(half(Infinity, 65520, 0), "PASS");
  assert.equal(half(65504, 65520, 0), "FAIL");
  assert.equal(half(65504, 70000, 10), "FAIL");
  assert.equal(half(-Infinity, 70000, 10), "FAIL");
  assert.equal(half(-Infinity, -70000, 10), "PASS");
  assert.equal(half(-Infinity, 5, 65525), "PASS"); // off by as much as allowed, it is −65520
  assert.equal(half(-Infinity, 5, 65524), "FAIL");
  assert.equal(half(65504, Infinity, 1e9), "FAIL"); // an infinity that is wanted is no overflow
});

test("a wanted number has both its halves: the truth's low part counts", () => {
  const lo = 2 ** -30;
  assert.equal(one(1, 1, { lo, bound: lo }), "PASS");
  assert.equal(one(1, 1, { lo, bound: lo / 2 }), "FAIL");
});

test("past what chance explains it is SUSPECT on random numbers, PASS-BOUND on others, INCONCLUSIVE where a bound is vacuous", () => {
  const setting = { bound: 0.01, likely: 0.001 };
  assert.equal(one(1.001, 1, { ...setting, likely: 0.0011 }), "PASS");
  assert.equal(one(1.005, 1, { ...setting, random: true }), "SUSPECT");
  assert.equal(one(1.005, 1, setting), "PASS-BOUND");
  assert.equal(one(1.005, 1, { ...setting, bound: 0.2 }), "INCONCLUSIVE"); // more than a tenth of the output's size
  assert.equal(one(1.005, 1, { ...setting, bound: 0.2, tier: "exact" }), "PASS-BOUND");
  assert.equal(one(1.02, 1, { ...setting, random: true }), "FAIL");
});

test("where an intermediate may overflow anything goes, and says nothing: INCONCLUSIVE, but for special cases", () => {
  for (const got of [0, 1e30, Infinity, Number.NaN]) {
    assert.equal(one(got, 5, { bound: Infinity }), "INCONCLUSIVE", `${got}`);
    assert.equal(one(got, 5, { bound: Infinity, tier: "special" }), "PASS", `${got}`);
  }
  assert.equal(one(5, Number.NaN, { bound: Infinity }), "FAIL");
});

test("a bound that is NaN lets nothing pass", () => {
  assert.equal(one(1.5, 1, { bound: Number.NaN }), "FAIL");
});

test("elements that may be NaN may, and the others may not", () => {
  assert.equal(judged([Number.NaN, 1], [0, 1], { mayBeNaN: true }).verdict, "PASS");
  assert.equal(judged([0, Number.NaN], [0, 1], { mayBeNaN: true }).verdict, "FAIL");
});

test("a judgement names every wrong element, the greatest share of a bound, and of what chance explains", () => {
  const { verdict, ratio, likelyRatio, wrong } = judged([1, 2.5, 3, 9], [1, 2, 3.125, 4], {
    bound: 0.25,
    likely: 0.125,
  });
  assert.equal(verdict, "FAIL");
  assert.deepEqual(wrong, [
    { output: "y", index: 1, got: 2.5, truth: 2, bound: 0.25 },
    { output: "y", index: 3, got: 9, truth: 4, bound: 0.25 },
  ]);
  assert.deepEqual([ratio, likelyRatio], [20, 1]);
  assert.equal(judged([1], [2]).ratio, Infinity);
});

test("an answer that is too short is wrong where it ends, and one without an output is no answer", () => {
  assert.deepEqual(
    judged([1], [1, 2]).wrong.map(({ index }) => index),
    [1],
  );
  const given: Case = { id: "", op: "add", dtype: "F32", tier: "exact", attributes: {}, inputs: {} };
  const none = filled(0, 0);
  const expectation = { truth: { y: { hi: none, lo: none } }, gauge: { y: { bound: none, likely: none } } };
  assert.throws(
    () => judge(given, {}, expectation),
    /^RangeError: judge: the answer has no y; expected every output$/,
  );
});

test("graver(a, b): FAIL before SUSPECT before INCONCLUSIVE before PASS-BOUND before PASS", () => {
  const order = ["PASS", "PASS-BOUND", "INCONCLUSIVE", "SUSPECT", "FAIL"] as const;
  for (const [i, a] of order.entries())
    for (const [j, b] of order.entries()) assert.equal(graver(a, b), order[Math.max(i, j)]);
});
