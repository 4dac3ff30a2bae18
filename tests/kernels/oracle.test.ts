// The kernels that come with relukit before the oracle: the suite of fixtures/oracle, whole for each.
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { kernelOf } from "../../bin/oracle-kernels.ts";
import { kernels } from "../../kernels/index.node.ts";
import type { Ops } from "../../reference/ops/contract.ts";
import { check } from "../../reference/oracle/check.ts";
import { operatorKernel } from "../../reference/oracle/operator-kernel.ts";
import { type Matrix, matrix } from "../../reference/tensor.ts";
import { numpy, plainC } from "./adapters.ts";
import { passesSuite, suite, withoutSmooth } from "./suite.ts";

const silent = { out: () => undefined, err: () => undefined, live: false };
const own = (kernel: string) => kernelOf({ kernel, timeout: 60 }, silent);
const ops = await kernels({ threads: 1 });
const two = await kernels({ threads: 2, shareFrom: 1 });
after(() => two.close());

test("the WebAssembly kernels pass every case, with every operator and gradient", async () => {
  const { cases, coverage } = await passesSuite(await own("wasm"));
  const all = await suite();
  assert.deepEqual(
    [...new Set(cases.map(({ op }) => op))].sort(),
    [...new Set(all.map(({ given }) => given.op))].sort(),
  );
  assert.equal(coverage, 1);
});

test("the WebAssembly kernels pass every case on two threads, which share whatever there is", async () => {
  await passesSuite(operatorKernel({ name: "two threads", deterministic: true }, two));
});

test("the fused layers of the WebAssembly kernels pass every case", async () => {
  const { cases } = await passesSuite(await own("wasm-fused"));
  assert.deepEqual([...new Set(cases.map(({ op }) => op))], ["feedForward", "gatedFeedForward"]);
});

for (const { title, skip, start } of [plainC(), numpy()])
  test(`the adapter in ${title} passes every case of F32 and its operators, but for smooth activations, which it has not`, {
    skip,
  }, async () => {
    const kernel = await start();
    const { declaration } = kernel; // oracle.long.test.ts has its other types
    await passesSuite({ ...kernel, declaration: { ...declaration, dtypes: ["F32"] } }, withoutSmooth);
  });

/** x with the last number of each row that is not zero taken for one. */
function shortened<I>(x: Matrix<"T", I>): Matrix<"T", I> {
  const [T, I] = x.shape;
  const lasts = Array.from({ length: T }, (_, t) => {
    let i = I - 1;
    while (i >= 0 && x.get(t, i) === 0) i--;
    return i;
  });
  return matrix(T, I, (t, i) => (i === lasts[t] ? 0 : x.get(t, i)));
}

test("an activeLinear that leaves out the last row it should read fails, by itself, and the bug is named", async () => {
  const activeLinear: Ops["activeLinear"] = (x, w, b) => ops.activeLinear(shortened(x), w, b);
  const declaration = { name: "broken", ops: ["activeLinear", "gatedLinear"] };
  const kernel = operatorKernel(declaration, { ...ops, activeLinear });
  const report = await check(kernel, await suite(), { diagnosed: 6 });
  const failed = report.cases.filter(({ verdict }) => verdict === "FAIL");
  assert.deepEqual([report.verdict, report.exitCode], ["FAIL", 1]);
  assert.deepEqual([...new Set(failed.map(({ op }) => op))], ["activeLinear"]);
  assert.ok(failed.length > 10, `${failed.length} cases fail`);
  assert.equal(report.diagnosis?.bug, "the last active neuron is dropped");
});

test("passesSuite(kernel, exception) refuses a wrong case, and an exception that is none", async () => {
  const mul = operatorKernel({ name: "mul", ops: ["mul"] }, ops);
  await passesSuite(mul);
  await assert.rejects(
    passesSuite(mul, () => ["FAIL", "it used to"]),
    { message: /^mul\nmul\/f32\/[a-z-]+: PASS; expected FAIL/ },
  );
  const add = operatorKernel({ name: "add", ops: ["mul"] }, { ...ops, mul: ops.add });
  await assert.rejects(passesSuite(add), {
    message: /^add\nmul\/f32\/[a-z-]+: FAIL; expected PASS; out\.z element/,
  });
  await assert.rejects(passesSuite(operatorKernel({ name: "none", ops: [] }, ops)), { message: /no case/ });
});
