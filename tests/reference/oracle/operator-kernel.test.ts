import assert from "node:assert/strict";
import { test } from "node:test";
import { reference } from "../../../reference/ops/reference.ts";
import { type Case, pictureOf } from "../../../reference/oracle/case.ts";
import { expectationOf } from "../../../reference/oracle/expectation.ts";
import { tryCase } from "../../../reference/oracle/harness.ts";
import { modelOf } from "../../../reference/oracle/model.ts";
import { operatorKernel } from "../../../reference/oracle/operator-kernel.ts";
import { numbersIn, type Picture, viewOf } from "../../../reference/oracle/picture.ts";
import { caseOf, smallCases } from "./arithmetic/small-cases.ts";

const numbers = (picture: Picture, name: string): readonly number[] => {
  const view = viewOf(picture, name);
  assert.ok(view, name);
  return [...numbersIn(picture, view)];
};

const said = { name: "reference", accumulator: "f64" } as const;

test("operatorKernel(…) passes with the reference, in each type", async () => {
  for (const dtype of ["F32", "BF16"] as const) {
    const kernel = operatorKernel({ ...said, dtypes: [dtype] }, reference, {}, Float64Array);
    for (const given of smallCases(dtype, 16)) {
      const trial = await tryCase(kernel, given, expectationOf(given, modelOf(said, dtype)));
      assert.ok(trial.status.startsWith("PASS"), `${given.op} ${dtype}: ${JSON.stringify(trial.wrong[0])}`);
    }
  }
});

test("a layer that is one kernel is asked first, and what it does not do is made of operators", async () => {
  const asked: (readonly unknown[])[] = [];
  const kernel = operatorKernel(said, reference, {
    feedForward: (x, layer, f, skip) => {
      asked.push([Object.keys(layer), f.kind, skip]);
      return skip ? x : undefined;
    },
  });
  const [layer] = smallCases("F32", 17).filter(({ op }) => op === "feedForward");
  assert.ok(layer);
  const first = pictureOf(layer);
  await kernel.run(first);
  assert.deepEqual(numbers(first, "out.y"), numbers(first, "in.x"));
  const second = pictureOf({ ...layer, attributes: { ...layer.attributes, skip: false } });
  await kernel.run(second);
  assert.notDeepEqual(numbers(second, "out.y"), numbers(second, "in.x"));
  assert.ok(numbers(second, "out.y").some((y) => y !== 0));
  const names = ["up", "down", "upBias", "downBias"];
  assert.deepEqual(asked, [
    [names, "relu", true],
    [names, "relu", false],
  ]);
});

test("tensors lie as the case has them, and the kernel reads them by rows", async () => {
  const [given] = smallCases("F32", 18).filter(({ op }) => op === "add");
  assert.ok(given);
  const kernel = operatorKernel(said, reference);
  assert.equal(kernel.declaration.strides, true);
  const [plain, laid] = [
    pictureOf(given),
    pictureOf({ ...given, layout: { x: { pitch: 11, misaligned: 1 }, z: { pitch: 9 } } }),
  ];
  await kernel.run(plain);
  await kernel.run(laid);
  assert.deepEqual(numbers(laid, "out.z"), numbers(plain, "out.z"));
});

test("what is no operator is unsupported; a tensor that is missing is named", async () => {
  const kernel = operatorKernel(said, reference);
  const strange: Picture = { ...pictureOf(caseOf("add", "F32", {})), op: "noop" };
  assert.deepEqual(await kernel.run(strange), { status: "unsupported", message: "noop is no operator here" });
  const given: Case = caseOf("add", "F32", {});
  assert.throws(
    () => kernel.run(pictureOf(given)),
    /^RangeError: operatorKernel: the call has no input x; expected one$/,
  );
});
