// The slices of fixtures/results/after.json that after.test.ts leaves out, and two of its methods whole.
import assert from "node:assert/strict";
import { after, test } from "node:test";
import {
  type AfterResult,
  CALIBRATION,
  FEW,
  JUDGED,
  type Key,
  METHODS,
  subjectOf,
} from "../../../bin/experiments/after.ts";
import { labOf, text } from "../../../bin/experiments/lab.ts";
import { result } from "../../../bin/figures/figure.ts";

const committed = result<AfterResult>("after");
const silent = { out: () => undefined, err: () => undefined, live: false };
const lab = await labOf({ ops: "kernels" }, silent, "after");
after(() => lab.close());
const again = (found: object): unknown => JSON.parse(text(found));

const slow: readonly Key[] = [
  ...(["fatReluOpt", "fatReluLlama", "cettRelu", "cettSilu"] as const),
  ...(["squared", "predictor", "signLlama", "batchLlama"] as const),
];
for (const key of slow) {
  const { model, slice } = METHODS[key];
  test(`${key}: the first ${FEW} tokens of ${model}'s texts give the committed slice, to six digits`, () => {
    assert.deepEqual(again(slice(subjectOf(lab, model, FEW, FEW))), committed[key].slice);
  });
}

for (const key of ["dRelu", "window"] as const) {
  const { model, measure } = METHODS[key];
  test(`${key}: all of ${model}'s texts give what is committed, to six digits`, () => {
    assert.deepEqual(again(measure(subjectOf(lab, model, CALIBRATION, JUDGED))), committed[key].found);
  });
}
