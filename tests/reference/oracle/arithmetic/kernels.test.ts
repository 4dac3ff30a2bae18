import assert from "node:assert/strict";
import { test } from "node:test";
import { closely } from "../../../../reference/oracle/arithmetic/closely.ts";
import { gauges } from "../../../../reference/oracle/arithmetic/gauge.ts";
import { certain } from "../../../../reference/oracle/arithmetic/rounding.ts";
import type { Case } from "../../../../reference/oracle/case.ts";
import type { Outputs } from "../../../../reference/oracle/evaluate.ts";
import type { Declaration } from "../../../../reference/oracle/kernel.ts";
import { modelOf } from "../../../../reference/oracle/model.ts";
import { stream } from "../../../../reference/random.ts";
import {
  attendOnline,
  crossEntropyInPowersOfTwo,
  gatedLinearBackward,
  halves,
  layerNormByHalves,
  layerNormByWelford,
  rotaryByProducts,
  siluByQuotient,
  softmaxOnline,
  softmaxThroughLogSum,
  welford,
} from "./kernels.ts";
import { caseOf, expected, farthest, tensor } from "./small-cases.ts";

const draw = stream(11, "kernels");
const t = (shape: readonly number[], f: (i: number) => number) => tensor("F32", shape, f);
const U = 1 / 0x1000000;
const normal = (): number => draw.normal();

function inside(
  kernel: (given: Case) => Outputs<number>,
  given: Case,
  declaration: Omit<Declaration, "name"> = {},
) {
  const { share, where } = farthest(expected(given, modelOf(declaration, given.dtype)), kernel(given));
  assert.ok(share <= 1, `${kernel.name} ${JSON.stringify(declaration)}: ${where}`);
}

const norm = (n: number, f: (i: number) => number): Case =>
  caseOf(
    "layerNorm",
    "F32",
    { x: t([3, n], f), gain: t([n], normal), bias: t([n], () => 0) },
    { epsilon: 1 / 0x20000 },
  );

test("layer norm by Welford or by halves is inside the bound, whatever the mean", () => {
  for (const n of [2, 3, 8, 37, 128]) {
    for (const mean of [0, 10, 1000]) {
      for (const given of [
        norm(n, () => mean + normal()),
        norm(n, (i) => mean + (i % n)),
        norm(n, () => mean + 0.1),
        norm(n, (i) => mean + (i % n === 0 ? 1000 : 0.01 * normal())),
      ]) {
        inside(layerNormByWelford, given);
        inside(layerNormByHalves, given);
        inside(layerNormByHalves, given, { structure: "tree" });
      }
    }
  }
});

test("a variance by Welford or by halves is inside its bound, and farther off than two passes could be", () => {
  const { moments } = gauges(modelOf({}, "F32"));
  let farthest = 0;
  for (const n of [3, 8, 37, 200]) {
    for (let i = 0; i < 40; i++) {
      const x = Array.from({ length: n }, () => Math.fround(1000 + normal()));
      const at =
        <N>(f: (x: number) => N) =>
        (k: number) =>
          f(x[k] ?? 0);
      const [truth, bound] = [closely.moments(n, at(closely.stored)), moments(n, at(certain)).variance.error];
      for (const of of [welford, halves]) {
        const error = Math.abs(of(x).squares / n - truth.variance.hi);
        assert.ok(error <= bound, `${of.name} of ${n}: off by ${error}; expected ${bound}`);
        farthest = Math.max(farthest, error / (truth.variance.hi * (n + 8) + 1000 * 1000 * n * n * U) / U);
      }
    }
  }
  assert.ok(farthest > 1, `${farthest}`);
});

const LOGITS: readonly ((i: number) => number)[] = [
  (i) => (i % 29) / 7 - 80, // each is a new greatest one
  (i) => 80 - (i % 29) / 7,
  (i) => (i % 2 === 0 ? 80 : -80) + 0.1 * normal(),
  () => 80.1,
  () => 3 * normal(),
];

test("softmax is inside the bound in one pass, and through the logarithm of the sum", () => {
  for (const logit of LOGITS) {
    for (const C of [1, 2, 29]) {
      const given = caseOf("softmax", "F32", { x: t([3, C], logit) });
      inside(softmaxOnline, given);
      inside(softmaxThroughLogSum, given);
    }
  }
});

test("the loss in powers of two is inside the bound, for logits of 80 too", () => {
  for (const logit of [...LOGITS, (i: number) => (i === 0 ? 100 : 99.9)]) {
    for (const V of [2, 3, 29]) {
      const targets = { shape: [3], numbers: Float64Array.of(0, 1, V - 1) };
      inside(crossEntropyInPowersOfTwo, caseOf("crossEntropy", "F32", { z: t([3, V], logit), targets }));
    }
  }
});

const attention = (score: (s: number) => number, v: (i: number) => number): Case =>
  caseOf(
    "attend",
    "F32",
    {
      q: t([2, 4], (i) => (i % 4 === 0 ? 2 : 0)),
      k: t([40, 4], (i) => (i % 4 === 0 ? score(i / 4) : 0)),
      v: t([40, 4], v),
    },
    { K: 4 },
  );

test("attention key after key is inside the bound, its weights whole or in bf16, divided before or after", () => {
  for (const score of [(s: number) => s / 4, (s: number) => 10 - s / 4, () => 0.3, () => 2 * normal()]) {
    for (const v of [() => 5, normal, (i: number) => 100 + (i % 3)]) {
      const given = attention(score, v);
      inside((x) => attendOnline(x, "whole"), given);
      inside((x) => attendOnline(x, "bf16"), given, { intermediate: "BF16" });
      inside((x) => attendOnline(x, "bf16, divided before"), given, { intermediate: "BF16" });
    }
  }
});

test("rotary positions by products of one step are inside the bound, at large positions too", () => {
  for (const start of [0, 5, 1000, 100000]) {
    const given = caseOf(
      "rotary",
      "F32",
      { x: t([2, 128], normal) },
      { K: 128, start, base: 10000, pairing: "interleaved" },
    );
    inside(rotaryByProducts, given);
  }
});

test("SiLU as a quotient, with a power of two, is inside the bound from −100 to 100", () => {
  const x = t([1, 400], (i) => (i - 200) / 2 + 0.01 * normal());
  inside(siluByQuotient, caseOf("activate", "F32", { x }, { f: { kind: "silu", shift: 0 } }));
});

const gatedBackward = (dtype: "BF16" | "F16", D: number): Case => {
  const of = (...shape: readonly number[]) => tensor(dtype, shape, normal);
  return caseOf("gatedLinear.gradient", dtype, { dh: of(3, 24), x: of(3, D), w: of(24, D), g: of(3, 24) });
};

test("the gradient of a gated product whose forward pass kept it in BF16 or F16 is inside the bound of that declared", () => {
  for (const dtype of ["BF16", "F16"] as const) {
    for (const D of [1, 7, 64]) {
      const given = gatedBackward(dtype, D);
      inside(gatedLinearBackward, given, { intermediate: dtype });
      if (D > 1)
        assert.ok(farthest(expected(given, modelOf({}, dtype)), gatedLinearBackward(given)).share > 1);
    }
  }
});
