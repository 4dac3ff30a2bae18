import assert from "node:assert/strict";
import { test } from "node:test";
import { generate } from "../../../reference/decoding/generate.ts";
import { type Choose, greedy } from "../../../reference/decoding/sampling.ts";
import { skipZeros } from "../../../reference/interpret/skip-zeros.ts";
import { empty } from "../../../reference/models/cache.ts";
import { forward } from "../../../reference/models/model.ts";
import type { Ops } from "../../../reference/ops/contract.ts";
import { reference } from "../../../reference/ops/reference.ts";
import { matrix, type Tokens } from "../../../reference/tensor.ts";
import { sameBits } from "../../assertions.ts";
import { tinyLlama, tinyModels } from "../models/tiny.ts";

const taken = (
  n: number,
  ops: Ops,
  model = tinyLlama as (typeof tinyModels)[number],
  prompt: Tokens = [3, 1, 4],
) => {
  const steps = [];
  for (const step of generate(ops, model, prompt, greedy)) {
    steps.push(step);
    if (steps.length === n) break;
  }
  return steps;
};

for (const model of tinyModels) {
  test(`${model.family}: the logits of each step are the last row of one pass over everything so far, bit for bit`, () => {
    const steps = taken(8, reference, model);
    const all = [3, 1, 4, ...steps.map(({ token }) => token)];
    for (const [n, { run }] of steps.entries()) {
      const whole = forward(reference, model, all.slice(0, 3 + n), empty).logits;
      const last = run.logits.shape[0] - 1;
      for (let v = 0; v < model.config.sizes.V; v++)
        assert.ok(Object.is(run.logits.get(last, v), whole.get(2 + n, v)));
    }
  });

  test(`${model.family}: generating with zeros skipped takes the same tokens by the same logits`, () => {
    const [dense, sparse] = [taken(8, reference, model), taken(8, skipZeros(reference), model)];
    assert.deepEqual(
      sparse.map(({ token }) => token),
      dense.map(({ token }) => token),
    );
    for (const [n, { run }] of sparse.entries())
      sameBits(run.logits, dense[n]?.run.logits ?? matrix(0, 0, () => 0));
  });
}

test("generate: taking N tokens makes N passes, and a step asks for nothing ahead", () => {
  let passes = 0;
  const counted: Ops = {
    ...reference,
    unembed(x, table) {
      passes++;
      return reference.unembed(x, table);
    },
  };
  taken(5, counted);
  assert.equal(passes, 5);
});

test("generate ends when the context is full: P − prompt + 1 tokens, the last one never read back", () => {
  assert.equal(taken(100, reference).length, 16 - 3 + 1);
});

test("generate refuses an empty prompt, and one that is longer than the context", () => {
  const first = (prompt: Tokens, choose: Choose = greedy) =>
    generate(reference, tinyLlama, prompt, choose).next();
  assert.throws(() => first([]), {
    name: "RangeError",
    message: "generate: prompt is empty; expected one token at least, such as BOS",
  });
  assert.throws(() => first(Array.from({ length: 17 }, () => 1)), {
    name: "RangeError",
    message: "generate: prompt has 17 tokens; expected P = 16 at most, the context",
  });
});
