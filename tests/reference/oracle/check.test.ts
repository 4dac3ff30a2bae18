// What a check makes of a kernel: verdicts, exit codes, coverage, and what was distinguishable.
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Case } from "../../../reference/oracle/case.ts";
import type { CaseReport } from "../../../reference/oracle/case-report.ts";
import { type Checking, check, declared, suiteOf } from "../../../reference/oracle/check.ts";
import type { Declaration, Kernel, Outcome } from "../../../reference/oracle/kernel.ts";
import { machineKernel } from "../../../reference/oracle/machine-kernel.ts";
import { modelOf } from "../../../reference/oracle/model.ts";
import { numbersIn, viewOf, write } from "../../../reference/oracle/picture.ts";
import { gaugeOf, truthOf } from "../../../reference/oracle/truth.ts";
import { caseOf, tensor } from "./arithmetic/small-cases.ts";

const numbers = (...shape: readonly number[]) => tensor("F32", shape, (i) => ((i * 7) % 11) / 8 - 0.7);
const named = (name: string, given: Case): Case => ({ ...given, id: `${given.op}/f32/${name}` });
const add = named("add", caseOf("add", "F32", { x: numbers(2, 3), y: numbers(2, 3) }));
const mul = named("mul", caseOf("mul", "F32", { x: numbers(2, 3), y: numbers(2, 3) }));
const linear = named("linear", caseOf("linear", "F32", { x: numbers(2, 5), w: numbers(5, 3) }));
const ALL = [add, mul, linear];
const suite = (cases: readonly Case[] = ALL) => suiteOf(cases);

const declaration: Declaration = { name: "checked" };
/** A right kernel, but for the operators that end in another way. */
const but = (ends: Readonly<Record<string, Outcome | "wrong">>, said: Partial<Declaration> = {}): Kernel => {
  const right = machineKernel({ ...declaration, ...said });
  return {
    declaration: { ...declaration, ...said },
    run: async (picture) => {
      const end = ends[picture.op];
      if (end === undefined || typeof end === "string") await right.run(picture);
      const z = viewOf(picture, "out.z") ?? viewOf(picture, "out.y");
      if (z && end === "wrong")
        write(
          picture,
          z,
          numbersIn(picture, z).map((x) => 2 * x + 1),
        );
      return typeof end === "object" ? end : { status: "ok" };
    },
  };
};
const no: Outcome = { status: "unsupported", message: "no" };
const gone: Outcome = { status: "crash", message: "gone" };

const judged = async (kernel: Kernel, cases = ALL, options: Checking = {}) => {
  const { verdict, exitCode, coverage } = await check(kernel, suite(cases), options);
  return [verdict, exitCode, coverage] as const;
};

test("a right kernel passes with exit code 0", async () => {
  const report = await check(but({}), suite());
  assert.deepEqual([report.verdict, report.exitCode, report.coverage], ["PASS", 0, 1]);
  assert.deepEqual(
    report.cases.map(({ id, problems, wrongElements }) => [id, problems, wrongElements]),
    ALL.map(({ id }) => [id, [], 0]),
  );
  assert.equal(report.counts.PASS + report.counts["PASS-BOUND"], 3);
  assert.equal(report.diagnosis, undefined);
});

test("the graver wins: FAIL is 1, ERROR 3, and what is unsupported is left out", async () => {
  assert.deepEqual(await judged(but({ add: "wrong", mul: gone, linear: no })), ["FAIL", 1, 1 / 3]);
  assert.deepEqual(await judged(but({ mul: gone })), ["ERROR", 3, 2 / 3]);
  assert.deepEqual(await judged(but({ linear: no })), ["PASS", 0, 2 / 3]);
});

test("the exit code is never 0 where nothing ran: 77 where nothing is supported or declared", async () => {
  assert.deepEqual(await judged(but({ add: no, mul: no, linear: no })), ["UNSUPPORTED", 77, 0]);
  assert.deepEqual(await judged(but({}, { ops: ["rotary"] })), ["UNSUPPORTED", 77, 0]);
  assert.deepEqual(await judged(but({}, { dtypes: ["F64"] })), ["UNSUPPORTED", 77, 0]);
  assert.deepEqual(await judged(but({}), []), ["UNSUPPORTED", 77, 0]);
});

test("too little coverage is INCONCLUSIVE, 5", async () => {
  assert.deepEqual(await judged(but({ mul: no, linear: no })), ["INCONCLUSIVE", 5, 1 / 3]);
  assert.deepEqual(await judged(but({ mul: no, linear: no }), ALL, { leastCoverage: 0.3 }), [
    "PASS",
    0,
    1 / 3,
  ]);
});

test("SUSPECT is 4, and FAIL where the check is strict; on numbers that are not random it is PASS-BOUND", async () => {
  const plain = named("long", caseOf("linear", "F32", { x: numbers(1, 400), w: numbers(400, 1) }));
  const random: Case = { ...plain, random: true };
  const { bound = [], likely = [] } = gaugeOf(plain, modelOf({}, "F32"))["y"] ?? {};
  const off = ((bound[0] ?? 0) + (likely[0] ?? 0)) / 2; // farther than chance, and within the bound
  const drifting: Kernel = {
    declaration,
    run: (picture) => {
      const y = viewOf(picture, "out.y");
      if (y) write(picture, y, Float64Array.of((truthOf(plain)["y"]?.hi[0] ?? 0) + off));
      return { status: "ok" };
    },
  };
  assert.deepEqual(await judged(drifting, [random]), ["SUSPECT", 4, 1]);
  assert.deepEqual(await judged(drifting, [random], { strict: true }), ["FAIL", 1, 1]);
  const { verdict, exitCode, cases } = await check(drifting, suite([plain]));
  assert.deepEqual([verdict, exitCode, cases[0]?.verdict], ["PASS", 0, "PASS-BOUND"]);
});

test("cases that are known to fail neither fail nor pass, and are marked; alone they are INCONCLUSIVE", async () => {
  const expectedToFail = (id: string): boolean => id === add.id;
  const wrong = await check(but({ add: "wrong" }), suite(), { expectedToFail });
  assert.deepEqual([wrong.verdict, wrong.exitCode, wrong.counts.FAIL], ["PASS", 0, 0]);
  assert.deepEqual(
    wrong.cases.map(({ known, verdict }) => [known, verdict === "FAIL"]),
    [
      [true, true],
      [undefined, false],
      [undefined, false],
    ],
  );
  assert.equal(wrong.diagnosis, undefined, "and nobody asks what bug it is");
  assert.deepEqual(await judged(but({ add: "wrong", mul: "wrong" }), ALL, { expectedToFail }), [
    "FAIL",
    1,
    1,
  ]);
  assert.deepEqual(await judged(but({ add: "wrong" }), [add], { expectedToFail }), ["INCONCLUSIVE", 5, 1]);
  assert.deepEqual(await judged(but({}), [add], { expectedToFail }), ["INCONCLUSIVE", 5, 1]);
  assert.deepEqual(await judged(but({ add: gone }), [add], { expectedToFail }), ["INCONCLUSIVE", 5, 0]);
});

test("declared(declaration, case): operators, types and strides", () => {
  const laid: Case = { ...add, layout: { x: { pitch: 5 } } };
  assert.ok(declared({ name: "" }, add) && !declared({ name: "" }, laid));
  assert.ok(declared({ name: "", strides: true }, laid));
  assert.ok(!declared({ name: "" }, { ...add, dtype: "F16" }));
  assert.ok(declared({ name: "", dtypes: ["F16"], ops: ["add"] }, { ...add, dtype: "F16" }));
  assert.ok(!declared({ name: "", ops: ["mul"] }, add));
});

test("a failing case says its first wrong element, how many there are, and the bug that it looks like", async () => {
  const report = await check(but({ add: "wrong" }), suite());
  const [first] = report.cases;
  assert.match(
    first?.problems[0] ?? "",
    /^out\.z element 0 is -1\.8\d*; expected -1\.4 within \S+e-\d+$|^out\.z/,
  );
  assert.equal(first?.wrongElements, 6);
  assert.deepEqual([first?.first?.output, first?.first?.index], ["z", 0]);
  const { explains, failed } = report.diagnosis ?? { explains: 0, failed: 0 };
  assert.ok(explains <= failed);
});

test("onCase hears of each case, and what could be told apart is counted from those that ran", async () => {
  const heard: string[] = [];
  const onCase = ({ id }: CaseReport, done: number, total: number) => heard.push(`${id} ${done}/${total}`);
  const kills: Readonly<Record<string, readonly string[]>> = {
    add: ["M01", "M02"],
    mul: ["M02", "M03"],
    linear: ["M04"],
  };
  const telling = suite().map((one) => ({
    given: one.given,
    truth: one.truth,
    kills: kills[one.given.op] ?? [],
  }));
  const report = await check(but({ mul: no }), telling, { onCase });
  assert.deepEqual(heard, [`${add.id} 1/3`, `${mul.id} 2/3`, `${linear.id} 3/3`]);
  assert.deepEqual(report.distinguishable, { F32: { killed: 3, of: 4 } });
});
