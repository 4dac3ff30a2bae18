import assert from "node:assert/strict";
import { test } from "node:test";
import { plainManner } from "../../../reference/oracle/arithmetic/machine.ts";
import type { Case } from "../../../reference/oracle/case.ts";
import type { Declaration, Kernel } from "../../../reference/oracle/kernel.ts";
import { machineKernel } from "../../../reference/oracle/machine-kernel.ts";
import { numbersIn, write } from "../../../reference/oracle/picture.ts";
import { mirrored } from "../../../reference/oracle/repetition.ts";
import { and, declaration, linear, misdeeds, right, tried, view } from "./tried.ts";

const byAddress = (): Kernel => {
  const known = new WeakMap<ArrayBufferLike, Uint8Array>();
  return {
    declaration,
    run: async (picture) => {
      const kept = known.get(picture.bytes.buffer);
      if (kept) picture.bytes.set(kept, view(picture, "out.y").offset);
      else await right.run(picture);
      known.set(
        picture.bytes.buffer,
        picture.bytes.slice(view(picture, "out.y").offset, picture.bytes.length - 64),
      );
      return { status: "ok" };
    },
  };
};

test("a kernel that keeps answers by address is found where another call comes between, and only there", async () => {
  const plain: Case = { ...linear, layout: {} };
  assert.deepEqual((await tried(byAddress(), plain)).misdeeds, []);
  const trial = await tried(byAddress(), { ...plain, sequence: true });
  assert.equal(trial.status, "FAIL");
  assert.deepEqual(
    trial.misdeeds.map(({ kind }) => kind),
    ["stale"],
  );
  assert.match(
    trial.misdeeds[0]?.sentence ?? "",
    /^a second call in the same memory with other numbers is wrong at elements 0, 1, 2 and 15 more; expected nothing kept/,
  );
});

/** Adds in another order in the calls that it says. */
const racing = (when: (call: number) => boolean, said: Partial<Declaration> = {}): Kernel => {
  let call = 0;
  const other = machineKernel(declaration, { ...plainManner, order: "descending" });
  return {
    declaration: { ...declaration, ...said },
    run: (picture) => (when(call++) ? other : right).run(picture),
  };
};

test("sums in another order from run to run are let pass, but not where the same bits are declared", async () => {
  for (const when of [
    (call: number) => call % 2 === 1,
    (call: number) => call % 3 === 1,
    (call: number) => call === 1,
  ]) {
    assert.deepEqual((await tried(racing(when))).misdeeds, []);
    const trial = await tried(racing(when, { deterministic: true }));
    assert.match(misdeeds(trial)[0] ?? "", /^not repeatable: out\.y differs from run to run at element/);
  }
  assert.deepEqual((await tried(racing(() => false, { deterministic: true }))).misdeeds, []);
});

test("a race that loses a term is no matter of declaration", async () => {
  let call = 0;
  const losing = and((picture) => {
    const y = view(picture, "out.y");
    call += 1;
    if (call % 2 === 0)
      write(
        picture,
        y,
        numbersIn(picture, y).map((value, i) => (i === 7 ? value + 1 : value)),
      );
  });
  const trial = await tried(losing);
  assert.deepEqual(misdeeds(trial), [
    "not repeatable: out.y differs from run to run at element 7; expected the same bits each time",
  ]);
  assert.deepEqual(
    trial.wrong.map(({ index }) => index),
    [7],
  );
});

test("mirrored(case) has the numbers of each input in reverse", () => {
  const { inputs } = mirrored(linear);
  assert.deepEqual([...(inputs["x"]?.numbers ?? [])], [...(linear.inputs["x"]?.numbers ?? [])].reverse());
  assert.deepEqual(inputs["x"]?.shape, [3, 5]);
});
