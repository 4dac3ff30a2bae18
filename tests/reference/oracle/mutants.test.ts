import assert from "node:assert/strict";
import { test } from "node:test";
import { CATALOGUE, CHEATS } from "../../../reference/oracle/mutants/catalogue.ts";
import type { Mutant } from "../../../reference/oracle/mutants/mutant.ts";
import { answered } from "./answered.ts";
import { caseOf, smallCases } from "./arithmetic/small-cases.ts";

const SOME = new Set(["activeLinear", "activate", "layerNorm", "attend", "gatedFeedForward"]);
/** A case of each operator. */
const cases = [...new Map(smallCases("F32", 12).map((given) => [given.op, given])).values()];

const number = ({ id }: Mutant): string => id.split("/")[0] ?? "";

test("the catalogue has 46 bugs by number, each with a bug and a witness, and no id twice", () => {
  const numbers = [...new Set(CATALOGUE.map(number))];
  const wanted = Array.from({ length: 46 }, (_, i) => `M${String(i + 1).padStart(2, "0")}`);
  assert.deepEqual(numbers, wanted);
  const all = [...CATALOGUE, ...CHEATS];
  assert.equal(new Set(all.map(({ id }) => id)).size, all.length);
  for (const { id, bug, witness } of all)
    assert.ok(bug.length > 9 && witness.length > 9, `${id}: ${bug} (${witness})`);
  for (const { id } of CHEATS) assert.match(id, /^H\//);
});

test("a mutant declares what a right kernel would, and nothing of its bug", () => {
  for (const mutant of CATALOGUE) {
    const { declaration } = mutant.kernel({ name: "n", dtypes: ["BF16"], accumulator: "f32" });
    const { ops, strides, ...said } = declaration;
    assert.deepEqual(said, { name: "n", dtypes: ["BF16"], accumulator: "f32" }, mutant.id);
    assert.equal(strides, true);
    assert.ok((ops?.length ?? 0) >= 30, mutant.id);
  }
});

test("each mutant answers products, norms, attention and layers, and calls without a row", async () => {
  const some = cases.filter(({ op }) => SOME.has(op));
  assert.equal(some.length, SOME.size);
  const none = { shape: [0, 3], numbers: new Float64Array() };
  const w = { shape: [3, 2], numbers: new Float64Array(6) };
  const empty = caseOf("activeLinear", "F32", { x: none, w });
  for (const mutant of [...CATALOGUE, ...CHEATS]) {
    for (const given of some)
      assert.ok((await answered(mutant, given)).length > 0, `${mutant.id} ${given.op}`);
    assert.deepEqual(await answered(mutant, empty), []);
  }
});

test("a cheat computes nothing, or half", async () => {
  const [given] = smallCases("F32", 14).filter(({ op }) => op === "linear");
  assert.ok(given);
  const [zeros, constant, prefix] = await Promise.all(CHEATS.map((cheat) => answered(cheat, given)));
  assert.deepEqual(new Set(zeros), new Set([0]));
  assert.deepEqual(new Set(constant), new Set([0.125]));
  assert.deepEqual(
    prefix?.map((value) => value === 0),
    Array.from({ length: 10 }, (_, i) => i >= 5),
  );
});
