import assert from "node:assert/strict";
import { test } from "node:test";
import { type Case, pictureOf } from "../../../reference/oracle/case.ts";
import { type Call, functionKernel } from "../../../reference/oracle/function-kernel.ts";
import { numbersIn, viewOf } from "../../../reference/oracle/picture.ts";
import { caseOf, tensor } from "./arithmetic/small-cases.ts";

const given = (dtype: Case["dtype"] = "F32"): Case =>
  caseOf(
    "rmsNorm",
    dtype,
    { x: tensor(dtype, [2, 3], (i) => i + 1), gain: tensor(dtype, [3], () => 2) },
    { epsilon: 0.5 },
  );

const called = async (one: Case, f: (call: Call) => void | Promise<void>) => {
  const picture = pictureOf(one);
  const kernel = functionKernel({ name: "mine", dtypes: [one.dtype] }, { [one.op]: f });
  const outcome = await kernel.run(picture);
  const y = viewOf(picture, "out.y");
  assert.ok(y);
  return { outcome, picture, y: [...numbersIn(picture, y)] };
};

test("a function gets its tensors by name where they lie, their shapes, and the attributes", async () => {
  const { outcome, y } = await called(given(), ({ inputs, outputs, shapes, attributes }) => {
    assert.deepEqual(Object.keys(inputs), ["x", "gain"]);
    assert.deepEqual(shapes, { x: [2, 3], gain: [3], y: [2, 3] });
    assert.deepEqual(attributes, { epsilon: 0.5 });
    const { x = [], gain = [] } = inputs;
    for (const [i, value] of [...x].entries()) (outputs["y"] as Float32Array)[i] = value * (gain[i % 3] ?? 0);
  });
  assert.deepEqual(outcome, { status: "ok" });
  assert.deepEqual(y, [2, 4, 6, 8, 10, 12]);
});

test("elements are arrays of the type: F16 and BF16 as their bits, ids as whole numbers", async () => {
  const kinds = new Map<string, string>();
  for (const dtype of ["F64", "F32", "F16", "BF16"] as const)
    await called(given(dtype), ({ inputs }) => {
      kinds.set(dtype, inputs["x"]?.constructor.name ?? "");
      if (dtype === "F16") assert.equal(inputs["x"]?.[0], 0x3c00);
      if (dtype === "BF16") assert.equal(inputs["x"]?.[0], 0x3f80);
    });
  assert.deepEqual([...kinds.values()], ["Float64Array", "Float32Array", "Uint16Array", "Uint16Array"]);
  const tokens = { shape: [2], numbers: Float64Array.of(1, 0) };
  const picture = pictureOf(caseOf("embed", "F32", { tokens, table: tensor("F32", [2, 1], (i) => i) }));
  const kernel = functionKernel(
    { name: "" },
    {
      embed: ({ inputs }) => assert.deepEqual(inputs["tokens"], Int32Array.of(1, 0)),
    },
  );
  assert.deepEqual(await kernel.run(picture), { status: "ok" });
});

test("what a function writes to an input is in the picture: whoever judges sees it", async () => {
  const { picture } = await called(given(), ({ inputs }) => {
    (inputs["x"] as Float32Array)[4] = 99;
  });
  const x = viewOf(picture, "in.x");
  assert.ok(x);
  assert.equal(numbersIn(picture, x)[4], 99);
});

test("what throws, at once or later, is an error of its run", async () => {
  const fails = await called(given(), () => {
    throw new Error("no memory");
  });
  assert.deepEqual(fails.outcome, { status: "error", message: "no memory" });
  const rejects = await called(given(), () => Promise.reject("lost"));
  assert.deepEqual(rejects.outcome, { status: "error", message: "lost" });
});

test("the operators of a function kernel are its functions, and it takes no strides", async () => {
  const kernel = functionKernel({ name: "mine", strides: true }, { add: () => {}, mul: () => {} });
  assert.deepEqual(kernel.declaration, { name: "mine", ops: ["add", "mul"], strides: false });
  const outcome = await kernel.run(pictureOf(given()));
  assert.deepEqual(outcome, { status: "unsupported", message: "rmsNorm is no function here" });
});
