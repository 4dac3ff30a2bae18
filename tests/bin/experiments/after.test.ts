// A slice of fixtures/results/after.json, made again: methods with one setting each, on the first tokens of both texts.
// The slower ones are in after.long.test.ts.
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { type AfterResult, FEW, type Key, METHODS, subjectOf } from "../../../bin/experiments/after.ts";
import { labOf, text } from "../../../bin/experiments/lab.ts";
import { result } from "../../../bin/figures/figure.ts";
import type { Subject } from "../../../bin/successors/subject.ts";
import { STAGES } from "../../../bin/successors/tails.ts";
import { penaltyWeight } from "../../../reference/successors/l1.ts";

const committed = result<AfterResult>("after");
const silent = { out: () => undefined, err: () => undefined, live: false };
const lab = await labOf({ ops: "kernels" }, silent, "after");
after(() => lab.close());
const subjects = new Map<string, Subject>();

/** A model's first tokens, loaded once. */
function few(name: string): Subject {
  const found = subjects.get(name) ?? subjectOf(lab, name, FEW, FEW);
  subjects.set(name, found);
  return found;
}

const quick: readonly Key[] = ["teal", "cats", "topK", "dRelu", "l1", "signOpt", "window", "batchOpt"];
for (const key of quick) {
  const { model, slice } = METHODS[key];
  test(`${key}: the first ${FEW} tokens of ${model}'s texts give the committed slice, to six digits`, () => {
    assert.deepEqual(JSON.parse(text(slice(few(model)))), committed[key].slice);
  });
}

test("l1: the committed curve is the schedule's", () => {
  const { steps, weights } = committed.l1.found;
  for (const [i, step] of steps.entries())
    assert.ok(Math.abs((weights[i] ?? 0) - penaltyWeight(STAGES, step)) < 1e-6, `step ${step}`);
});

test("the committed document agrees with itself: what no method changes is the same in all of them", () => {
  const { teal, cats, squared, fatReluOpt, fatReluLlama, dRelu, window, batchOpt } = committed;
  assert.equal(teal.found[0]?.nats, cats.found[0]?.nats); // at target 0 nothing is cut
  assert.equal(squared.found.nats, fatReluOpt.found.relu.nats);
  assert.deepEqual(dRelu.found.gate, fatReluLlama.found.relu);
  const [none, ...rest] = window.found;
  assert.equal(none?.hitRate, 0);
  assert.ok(rest.every(({ hitRate }, i) => hitRate > (window.found[i]?.hitRate ?? 1)));
  assert.ok(
    batchOpt.found.every(({ unused }, i) => i === 0 || unused < (batchOpt.found[i - 1]?.unused ?? 0)),
  );
});
