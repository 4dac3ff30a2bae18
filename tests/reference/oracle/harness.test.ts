// A kernel tried: right ones are accused of nothing, and what is wrong is named.
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Outcome } from "../../../reference/oracle/kernel.ts";
import { numbersIn, write } from "../../../reference/oracle/picture.ts";
import { smallCases } from "./arithmetic/small-cases.ts";
import { and, declaration, linear, misdeeds, right, tried, view } from "./tried.ts";

test("a right kernel passes, strided or not, over both poisons and in a sequence of calls", async () => {
  for (const given of [linear, ...smallCases("F32", 11)]) {
    const trial = await tried(right, { ...given, sequence: true });
    assert.ok(trial.status.startsWith("PASS"), `${given.op}: ${trial.status}, ${misdeeds(trial)}`);
    assert.deepEqual([trial.wrong, trial.misdeeds], [[], []], given.op);
    assert.ok(trial.ratio <= 1);
  }
});

test("a kernel that leaves a column out is told which elements it did not write", async () => {
  const trial = await tried(
    and((picture, before) => {
      const { offset } = view(picture, "out.y");
      for (const last of [20, 52, 84].map((byte) => offset + byte))
        picture.bytes.set(before.bytes.subarray(last, last + 4), last);
    }),
  );
  assert.equal(trial.status, "FAIL");
  assert.deepEqual(misdeeds(trial), [
    "unwritten: out.y was not written at elements 5, 11, 17; expected every element",
  ]);
  assert.deepEqual(trial.misdeeds[0]?.indices, [5, 11, 17]);
});

test("a kernel that adds to what the output held reads its output", async () => {
  const adding = and((picture, before) => {
    const y = view(picture, "out.y");
    const held = numbersIn(before, y);
    write(
      picture,
      y,
      numbersIn(picture, y).map((value, i) => (i === 4 ? value + (held[i] ?? 0) : value)),
    );
  });
  assert.deepEqual(misdeeds(await tried(adding)), [
    "reads its output: out.y depends on what it held before, at element 4; expected it to be written only",
  ]);
});

test("how a run ended is the trial's status: unsupported is no error, and what throws or answers nothing is one", async () => {
  const ending = async (run: () => Outcome): Promise<readonly unknown[]> => {
    const { status, outcome, message } = await tried({ declaration, run });
    return [status, outcome, message];
  };
  const said = { message: "said" };
  assert.deepEqual(await ending(() => ({ status: "unsupported", ...said })), [
    "UNSUPPORTED",
    "unsupported",
    "said",
  ]);
  for (const status of ["error", "timeout", "crash", "protocol"] as const)
    assert.deepEqual(await ending(() => ({ status, ...said })), ["ERROR", status, "said"]);
  const throws = (): Outcome => {
    throw new Error("no such kernel");
  };
  assert.deepEqual(await ending(throws), ["ERROR", "error", "no such kernel"]);
  const nothing = (() => undefined) as unknown as () => Outcome;
  assert.deepEqual(await ending(nothing), ["ERROR", "protocol", "run gave undefined; expected an outcome"]);
});
