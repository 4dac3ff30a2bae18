// The example adapters: compiled and started as their authors would. What they compute, oracle.test.ts tries.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { test } from "node:test";
import type { Kernel } from "../../reference/oracle/kernel.ts";
import { proveNoop } from "../../reference/oracle/noop.ts";
import { oneShot } from "../../reference/oracle/one-shot.node.ts";
import { picture } from "../../reference/oracle/picture.ts";
import { subprocess } from "../../reference/oracle/subprocess.node.ts";
import { of, ofVector } from "../assertions.ts";
import { numpy, plainC, source } from "./adapters.ts";
import { caseOf, passes } from "./judged.ts";

for (const { title, skip, command, start } of [plainC(), numpy()]) {
  if (skip) {
    test(`the adapter in ${title} does what an adapter does`, { skip });
    continue;
  }
  const adapter = (sentence: string, act: (kernel: Kernel, alone: Kernel) => Promise<void>): void =>
    void test(`the adapter in ${title} ${sentence}`, async () => {
      const alone = oneShot(command, { name: title, strides: true });
      await act(await start(), alone);
      await alone.close?.();
    });

  adapter("gives a noop back", async (kernel, alone) => {
    assert.deepEqual(await proveNoop(kernel), { status: "ok" });
    assert.deepEqual(await proveNoop(alone), { status: "ok" });
  });

  adapter(
    "declares the products, the activations, the layers, rmsNorm and softmax",
    async ({ declaration: { ops, dtypes = [] } }) => {
      const all = ["linear", "activeLinear", "gatedLinear", "activeGatedLinear", "activate", "feedForward"];
      assert.deepEqual(ops, [...all, "gatedFeedForward", "rmsNorm", "softmax"]);
      assert.ok(dtypes.includes("F32"));
    },
  );

  adapter("computes nothing of nothing", async (kernel) => {
    for (const [T, I, O] of [
      [0, 3, 2],
      [2, 0, 3],
      [2, 3, 0],
    ] as const) {
      const made = picture("linear", {}, [
        { name: "in.x", dtype: "F32", shape: [T, I] },
        { name: "in.w", dtype: "F32", shape: [I, O] },
        { name: "out.y", dtype: "F32", shape: [T, O] },
      ]);
      const before = made.bytes.slice();
      assert.deepEqual(await kernel.run(made), { status: "ok" });
      assert.deepEqual(made.bytes, before); // a sum of nothing is 0, as the picture was
    }
  });

  adapter("says what it does not do", async (kernel, alone) => {
    const gelu = { f: { kind: "gelu", shift: 0 } };
    const tensors = (dtype: "F32" | "F16") =>
      (["in.x", "out.y"] as const).map((name) => ({ name, dtype, shape: [2, 3] }));
    for (const asked of [
      picture("attend", {}, tensors("F32")),
      picture("activate", gelu, tensors("F32")),
      picture("activate", { f: { kind: "relu", shift: 0 } }, tensors("F16")),
    ]) {
      assert.equal((await kernel.run(asked)).status, "unsupported");
      assert.equal((await alone.run(asked)).status, "unsupported");
    }
    const lost = await kernel.run(picture("linear", {}, tensors("F32")));
    assert.deepEqual([lost.status, "message" in lost && /in\.w/.test(lost.message)], ["error", true]);
  });

  adapter("runs one picture for --case and --out", async (_, alone) => {
    const [x, w, b] = [of([0.1, 0, -3]), of([1, 2], [Infinity, 4], [0.3, 6]), ofVector(7, 8)];
    const linear = caseOf("linear", { x, w: of([1, 2], [3, 4], [0.3, 6]), b });
    await passes(alone, { ...linear, layout: { x: { pitch: 5, misaligned: 1 } } });
    await passes(alone, caseOf("activeLinear", { x, w, b }));
  });
}

const noPython = spawnSync("python3", ["--version"]).error ? "there is no python3" : false;

test("the adapter in python says in one sentence that numpy is missing", { skip: noPython }, async () => {
  // -S: without the folders that packages are in
  await assert.rejects(subprocess(["python3", "-S", source("python/adapter.py")]), {
    name: "AdapterError",
    message:
      /^adapter: ended with exit code 1 before it answered hello, with "adapter\.py: numpy is missing; expected it in this Python, as by pip install numpy" last on standard error;/,
  });
});
