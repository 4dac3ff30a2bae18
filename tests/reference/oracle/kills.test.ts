import assert from "node:assert/strict";
import { test } from "node:test";
import type { Case } from "../../../reference/oracle/case.ts";
import { expectationOf } from "../../../reference/oracle/expectation.ts";
import { killsOf } from "../../../reference/oracle/kills.ts";
import { modelOf } from "../../../reference/oracle/model.ts";
import { CATALOGUE, CHEATS } from "../../../reference/oracle/mutants/catalogue.ts";
import { altered, type Mutant } from "../../../reference/oracle/mutants/mutant.ts";
import { mapped } from "../../../reference/oracle/operators/grid.ts";
import { caseOf } from "./arithmetic/small-cases.ts";
import { core } from "./core.ts";

const killed = (given: Case, mutants: readonly Mutant[]): Promise<readonly string[]> =>
  killsOf(given, expectationOf(given, modelOf({}, given.dtype)), mutants);

test("cases kill the bugs that they are made for", async () => {
  const made: Readonly<Record<string, readonly string[]>> = {
    "activeLinear/f32/last-alone": ["M23", "M22"],
    "linear/f32/tails-129-3": ["M01/4", "M01/8", "M01/32"],
    "linear/f32/sequence": ["M08", "M12", "M46", "M46/past"],
    "linear/f32/one-token": ["M10", "M11"],
    "activate/f32/relu-special": ["M41"],
    "activate/f32/gelu-tail": ["M39", "M40"],
    "layerNorm/f32/big-mean": ["M36"],
  };
  for (const [id, wanted] of Object.entries(made)) {
    const given = core.find((one) => one.id === id);
    assert.ok(given, id);
    const mutants = CATALOGUE.filter((one) => wanted.includes(one.id));
    assert.deepEqual((await killed(given, mutants)).toSorted(), [...wanted].sort(), id);
  }
});

test("a case kills no mutant whose answer has the bits of a right kernel's", async () => {
  const given = core.find(({ id }) => id === "add/f32/whole");
  assert.ok(given);
  const found = await killed(given, CATALOGUE);
  const inMemory = CATALOGUE.filter((one) => one.inMemory).map(({ id }) => id);
  assert.deepEqual(
    found.filter((id) => !inMemory.includes(id)),
    [],
  );
});

test("a bug counts as killed from four bounds on: nearer, it may pass in another order", async () => {
  const given = caseOf("linear", "F32", {
    x: { shape: [1, 3], numbers: Float64Array.of(1.1, 0.7, 0.3).map(Math.fround) },
    w: { shape: [3, 1], numbers: Float64Array.of(1.3, -0.9, 0.2).map(Math.fround) },
  });
  const { gauge } = expectationOf(given, modelOf({}, "F32"));
  const bound = gauge["y"]?.bound[0] ?? 0;
  const off = (bounds: number): Mutant => ({
    id: `${bounds} bounds off`,
    bug: "",
    witness: "",
    kernel: altered({
      operators: (ops) => ({ ...ops, linear: (x, w) => mapped(ops.linear(x, w), (y) => y + bounds * bound) }),
    }),
  });
  assert.deepEqual(await killed(given, [off(3), off(6)]), ["6 bounds off"]);
});

test("zeros pass no case that is bounded and asks for other numbers; constants pass none", async () => {
  const bounded = core.filter(({ tier, dtype }) => tier === "bounded" && dtype === "F32");
  const cheats = CHEATS.filter(({ id }) => id !== "H/prefix");
  for (const given of bounded.filter((_, i) => i % 12 === 0)) {
    const { truth } = expectationOf(given, modelOf({}, "F32"));
    const zeros = Object.values(truth).every(({ hi }) => hi.every((value) => value === 0));
    assert.deepEqual(await killed(given, cheats), [...(zeros ? [] : ["H/zeros"]), "H/constant"], given.id);
  }
});
