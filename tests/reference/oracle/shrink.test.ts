import assert from "node:assert/strict";
import { test } from "node:test";
import { type Case, outputShapes } from "../../../reference/oracle/case.ts";
import { expectationOf } from "../../../reference/oracle/expectation.ts";
import { tryCase } from "../../../reference/oracle/harness.ts";
import { machineKernel } from "../../../reference/oracle/machine-kernel.ts";
import { modelOf } from "../../../reference/oracle/model.ts";
import { CATALOGUE } from "../../../reference/oracle/mutants/catalogue.ts";
import { shrunk } from "../../../reference/oracle/shrink.ts";
import { truthOf } from "../../../reference/oracle/truth.ts";
import { smallCases } from "./arithmetic/small-cases.ts";
import { core } from "./core.ts";

const mutant = (id: string) => {
  const found = CATALOGUE.find((one) => one.id === id);
  assert.ok(found, id);
  return found.kernel({ name: id });
};
const of = (id: string): Case => {
  const found = core.find((one) => one.id === id);
  assert.ok(found, id);
  return found;
};
const shapes = ({ inputs }: Case) =>
  Object.fromEntries(Object.entries(inputs).map(([name, { shape }]) => [name, shape]));

test("shrunk(kernel, case) is the smallest call that shows the bug", async () => {
  const tail = await shrunk(mutant("M01/4"), of("linear/f32/random"));
  assert.deepEqual(shapes(tail), { x: [1, 1], w: [1, 1], b: [1] }); // one term is left out of one
  const mask = await shrunk(mutant("M07"), of("activeLinear/f32/sparse"));
  assert.deepEqual(shapes(mask), { x: [2, 1], w: [1, 1], b: [1] }); // it takes two rows
  const pair = await shrunk(mutant("M45/one-more"), of("attend/f32/random"));
  assert.equal(pair.inputs["q"]?.shape[0], 2); // the last query has no key more to see
});

test("a shrunk case fails still, is smaller, and says what it is", async () => {
  for (const [id, from] of [
    ["M23", "activeLinear/f32/random"],
    ["M36", "layerNorm/f32/big-mean"],
    ["M13", "gatedFeedForward/f32/all-active"],
  ] as const) {
    const [kernel, given] = [mutant(id), of(from)];
    const small = await shrunk(kernel, given);
    const size = ({ inputs }: Case): number =>
      Object.values(inputs).reduce((sum, { numbers }) => sum + numbers.length, 0);
    assert.ok(size(small) < size(given), `${id}: ${size(small)} numbers of ${size(given)}`);
    assert.equal(small.id, `${given.op}/f32/shrunk`);
    const trial = await tryCase(kernel, small, expectationOf(small, modelOf({}, "F32")));
    assert.equal(trial.status, "FAIL", id);
  }
});

test("a case on which the kernel is right stays as it is", async () => {
  const given = of("linear/f32/tails-17-8");
  assert.equal(await shrunk(machineKernel({ name: "right" }), given), given);
});

test("whatever is cut, tensors fit each other: outputs are as large as the truth", async () => {
  const zeros = { ...machineKernel({ name: "zeros" }), run: () => ({ status: "ok" }) as const };
  for (const given of smallCases("F32", 15)) {
    const small = await shrunk(zeros, given);
    const sizes = Object.values(outputShapes(small)).map((shape) => shape.reduce((a, b) => a * b, 1));
    assert.deepEqual(
      Object.values(truthOf(small)).map(({ hi }) => hi.length),
      sizes,
      given.op,
    );
    const trial = await tryCase(
      machineKernel({ name: "right" }),
      small,
      expectationOf(small, modelOf({}, "F32")),
    );
    assert.ok(trial.status.startsWith("PASS"), `${given.op}: ${trial.status}`);
  }
});
