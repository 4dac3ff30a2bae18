import assert from "node:assert/strict";
import { test } from "node:test";
import { type Case, pictureOf } from "../../../reference/oracle/case.ts";
import type { CaseReport } from "../../../reference/oracle/case-report.ts";
import { answerOf, hypotheses, residual } from "../../../reference/oracle/diagnosis.ts";
import { expectationOf } from "../../../reference/oracle/expectation.ts";
import { tryCase } from "../../../reference/oracle/harness.ts";
import { likeliest } from "../../../reference/oracle/likeliest.ts";
import { machineKernel } from "../../../reference/oracle/machine-kernel.ts";
import { modelOf } from "../../../reference/oracle/model.ts";
import { CATALOGUE, CHEATS } from "../../../reference/oracle/mutants/catalogue.ts";
import type { Mutant } from "../../../reference/oracle/mutants/mutant.ts";
import { core } from "./core.ts";
import { MANNERS } from "./manners.ts";

const of = (id: string): Case => {
  const found = core.find((one) => one.id === id);
  assert.ok(found, id);
  return found;
};
const mutant = (id: string): Mutant => {
  const found = [...CATALOGUE, ...CHEATS].find((one) => one.id === id);
  assert.ok(found, id);
  return found;
};

/** The bugs that explain what a mutant answers, when it adds in another manner than the catalogue's. */
const explained = async (id: string, from: string): Promise<readonly string[]> => {
  const given = of(from);
  const model = modelOf({}, given.dtype);
  const expected = expectationOf(given, model);
  const declaration = { name: id, dtypes: [given.dtype] };
  const sequence = (other: Case) => expectationOf(other, model);
  const kernel = mutant(id).kernel(declaration, MANNERS[1]);
  const trial = await tryCase(kernel, given, expected, given.sequence ? { sequence } : {});
  return (await hypotheses(trial, declaration, given, expected)).map((found) => found.id);
};

test("hypotheses(…) has the bug first, though the kernel adds in another order than the catalogue's", async () => {
  for (const [id, from] of [
    ["M01/32", "linear/f32/exponents"],
    ["M06", "activeLinear/f16/sequence"],
    ["M10", "feedForward/bf16/all-active"],
    ["H/zeros", "linear/f32/one-token"],
  ] as const) {
    const found = await explained(id, from);
    assert.equal(found[0], id, `${from}: ${found}`);
  }
});

test("of two bugs that explain a case, the nearer comes first", async () => {
  const from = "layerNorm/bf16/small-variance";
  assert.deepEqual(await explained("M34/none", from), ["M34/none", "M34/outside"]);
  assert.deepEqual(await explained("M34/outside", from), ["M34/outside", "M34/none"]);
});

test("what a kernel does to memory says its bug by itself", async () => {
  for (const [id, from] of [
    ["M03", "linear/f32/exponents"],
    ["M05", "linear/f32/exponents"],
    ["M08", "linear/f32/sequence"],
    ["M12", "linear/f32/exponents"],
    ["M46", "linear/f32/exponents"],
    ["M46/past", "linear/f32/exponents"],
    ["M26/sometimes", "linear/f32/exponents"],
  ] as const)
    assert.deepEqual(await explained(id, from), [id], from);
});

test("a right kernel's answer is explained by no bug, and one that is wrong in its own way neither", async () => {
  const given = of("linear/f32/exponents");
  const expected = expectationOf(given, modelOf({}, "F32"));
  const right = machineKernel({ name: "right" });
  const trial = await tryCase(right, given, expected);
  assert.deepEqual(await hypotheses(trial, { name: "right" }, given, expected), []);
  const answer = { y: Float64Array.from(trial.answer?.["y"] ?? [], (y, i) => y + Math.sin(i) + 2) };
  assert.deepEqual(await hypotheses({ ...trial, answer }, { name: "right" }, given, expected), []);
});

test("residual(a, b, …) is the farthest distance, in bounds: 0 for the same, Infinity past the finite", async () => {
  const given = of("linear/f32/exponents");
  const expected = expectationOf(given, modelOf({}, "F32"));
  const y = expected.truth["y"]?.hi ?? new Float64Array();
  const bound = expected.gauge["y"]?.bound ?? new Float64Array();
  const moved = (f: (value: number, i: number) => number) => ({ y: y.map(f) });
  assert.equal(residual({ y }, { y }, given, expected), 0);
  const far = residual(
    { y },
    moved((value, i) => (i === 3 ? value + 5 * (bound[3] ?? 0) : value)),
    given,
    expected,
  );
  assert.ok(Math.abs(far - 5) < 1e-6, `${far}`);
  assert.equal(
    residual(
      { y },
      moved((value, i) => (i === 3 ? Number.NaN : value)),
      given,
      expected,
    ),
    Infinity,
  );
});

test("answerOf(mutant, …) is what it answers over poison", async () => {
  const given = of("linear/f32/exponents");
  const { y = [] } = await answerOf(mutant("M03"), { name: "" }, given);
  const { shape = [] } = pictureOf(given).views.find(({ name }) => name === "out.y") ?? {};
  const tail = (shape[1] ?? 0) - ((shape[1] ?? 0) % 4);
  for (const [i, value] of y.entries()) assert.equal(Number.isNaN(value), i % (shape[1] ?? 1) >= tail);
});

test("likeliest(…) explains most, contradicts least, and is nearest", () => {
  const bug = (id: string, share: number) => ({ id, bug: `bug ${id}`, residual: share });
  const cases = ["a", "b", "c"].map((id) => ({ given: { id }, kills: id === "c" ? ["M01"] : [] }));
  const reports = ["a", "b", "c"].map((id) => ({
    id,
    verdict: id === "c" ? "PASS" : "FAIL",
  })) as unknown as readonly CaseReport[];
  const both = [bug("M01", 0), bug("M02", 0.5), bug("M03", 0.25)];
  const found = likeliest(
    new Map([
      ["a", both],
      ["b", [bug("M01", 0), bug("M03", 0.5), bug("M02", 0.5)]],
    ]),
    cases,
    reports,
  );
  assert.deepEqual(found, { id: "M03", bug: "bug M03", residual: 0.375, explains: 2, failed: 2 });
  assert.equal(likeliest(new Map(), cases, reports), undefined);
});
