// What holds answers to the oracle can fail, and says what is wrong.
import assert from "node:assert/strict";
import { test } from "node:test";
import { kernels } from "../../kernels/index.node.ts";
import { functionKernel } from "../../reference/oracle/function-kernel.ts";
import { of, ofVector } from "../assertions.ts";
import { boundsOf, caseOf, judged, namedCall, passes } from "./judged.ts";

const ops = await kernels({ threads: 1 });
const [x, w, b] = [of<"T", "I">([0.1, 3]), of<"I", "O">([1], [0.3]), ofVector<"O">(7)];

test("judged(op, inputs, got) names operator, shapes, output, element, found, truth and bound", () => {
  judged("linear", { x, w, b }, ops.linear(x, w, b));
  assert.throws(() => judged("linear", { x, w, b }, of([8.1])), {
    message:
      /^linear of x \[1,2\], w \[2,1\], b \[1\] \{\}: y element 0 is 8\.1; expected 8\.0000000\d+ within \d/,
  });
  assert.throws(() => judged("linear", { x, w, b }, of([Number.NaN])), { message: /y element 0 is NaN/ });
});

test("judged(op, inputs, got) asks for every output, in the shape that the operator gives it", () => {
  const dy = of<"T", "O">([1]);
  const slopes = ops.gradient.linear(dy, x, w, b);
  judged("linear.gradient", { dy, x, w, b }, slopes);
  assert.throws(
    () => judged("linear.gradient", { dy, x, w, b }, slopes.slice(0, 2)),
    /linear\.gradient: outputs/,
  );
  assert.throws(() => judged("linear", { x, w, b }, of([7], [8])), /linear: shape of y/);
  assert.throws(() => judged("linear", { x, w, b }, new Float32Array(0)), /linear: elements of y/);
});

test("judged(op, inputs, got) holds a result to a rounding more than what fixes its bits", () => {
  const [two, three] = [of([2, 0.5]), of([3, 0.25])];
  assert.deepEqual([...(boundsOf("mul", { x: two, y: three })["z"]?.bound ?? [])], [0, 0]);
  judged("mul", { x: two, y: three }, of([6, 0.125]));
  assert.throws(
    () => judged("mul", { x: two, y: three }, of([6, 0.125 + 2 ** -27])),
    /element 1 .* within 0/,
  );
});

test("namedCall(op, args) gives tensors their names, and the rest to the attributes", () => {
  const f = { kind: "relu", shift: 0 };
  assert.deepEqual(namedCall("activate", [x, f]), { inputs: { x }, attributes: { f } });
  assert.deepEqual(namedCall("attend.gradient", [x, x, x, x, 2]).attributes, { K: 2 });
  assert.deepEqual(namedCall("rotary", [x, { K: 2, start: 1 }]).attributes, { K: 2, start: 1 });
  assert.deepEqual(namedCall("linear", [x, w]), { inputs: { x, w, b: undefined }, attributes: {} });
});

test("passes(kernel, case) refuses a wrong number, an element that is not written, and what it does not do", async () => {
  const given = caseOf("mul", { x: of([2, 3]), y: of([4, 5]) });
  const half = functionKernel(
    { name: "half", deterministic: true },
    {
      mul: ({ outputs: { z } }) => void z?.fill(8, 0, 1),
    },
  );
  await assert.rejects(passes(half, given), {
    message: /^half, mul: FAIL out\.z was not written at element 1/,
  });
  const wrong = functionKernel({ name: "wrong" }, { mul: ({ outputs: { z } }) => void z?.fill(8) });
  await assert.rejects(passes(wrong, given), { message: /z element 1 is 8; expected 15 within 0/ });
  await assert.rejects(passes(half, caseOf("add", given.inputs as never)), { message: /UNSUPPORTED/ });
});
