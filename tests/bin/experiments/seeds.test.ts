// fixtures/results/seeds.json: its intervals follow from its runs, and a short stretch of one run comes again.
import assert from "node:assert/strict";
import { test } from "node:test";
import { ACTIVATIONS, GAPS, type Seeds } from "../../../bin/experiments/seeds.ts";
import { result } from "../../../bin/figures/figure.ts";
import { meanInterval, shareInterval } from "../../../reference/measure/interval.ts";

const committed = result<Seeds>("seeds");
const near = (got: number, wanted: number): void =>
  assert.ok(Math.abs(got - wanted) <= 2e-5 * Math.max(1, Math.abs(wanted)), `${got}; expected ${wanted}`);

test("seeds.json: the intervals are those of the runs' last looks", () => {
  assert.deepEqual(
    committed.activations.map(({ name }) => name),
    Object.keys(ACTIVATIONS),
  );
  const relu = committed.activations.find(({ name }) => name === "relu") ?? assert.fail();
  for (const { runs, ...found } of committed.activations) {
    assert.ok(runs.length >= 3, "three seeds at least");
    const last = runs.map(({ looks }) => looks.at(-1) ?? assert.fail());
    const loss = meanInterval(last.map((look) => look.loss));
    for (const end of ["mean", "from", "to"] as const) near(found.loss[end], loss[end]);
    const less = meanInterval(last.map((look, i) => look.loss - (relu.runs[i]?.looks.at(-1)?.loss ?? 0)));
    for (const end of ["mean", "from", "to"] as const) near(found.lossOverRelu[end], less[end]);
    const right = Math.round((last[0]?.cloze ?? 0) * GAPS.gaps);
    near(found.clozeOfFirstSeed.from, shareInterval(right, GAPS.gaps).from);
  }
});

test("seeds.json: only ReLU has exact zeros, and every model beats chance in the cloze test", () => {
  for (const { name, zeros, clozeOfFirstSeed } of committed.activations) {
    if (name === "relu") assert.ok(zeros.from > 0.5);
    else assert.equal(zeros.mean, 0);
    assert.ok(clozeOfFirstSeed.from > 0.25, name);
  }
});
