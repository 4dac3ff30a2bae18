import assert from "node:assert/strict";
import { test } from "node:test";
import { scoreTable } from "../../../bin/oracle-score-table.ts";
import { coreCases } from "../../../reference/oracle/cases/core.ts";
import { CHECKERS } from "../../../reference/oracle/checkers/all.ts";
import { CATALOGUE } from "../../../reference/oracle/mutants/catalogue.ts";
import { type JudgeScore, type Score, score } from "../../../reference/oracle/score.ts";
import { oneCall, PLAIN, sameBits, scoreCase } from "../../../reference/oracle/score-case.ts";
import { legalRuns, MANNERS, representatives } from "../../../reference/oracle/score-legal.ts";
import { whoFinds } from "../../../reference/oracle/score-mutants.ts";
import { isQuick, QUICK } from "../../../reference/oracle/score-quick.ts";

const all = coreCases();
const cases = all.filter(({ id }) =>
  /^(activate|layerNorm|linear|activeLinear)\/(f32|bf16)\/(gelu-tail|relu-special|random|big-mean|tails-17-8)$/.test(
    id,
  ),
);
const mutant = (id: string) => CATALOGUE.filter((one) => one.id === id);
const mutants = ["M01/4", "M08", "M23", "M36", "M40", "M41", "M46"].flatMap(mutant);

const found = score({ dtypes: ["F32", "BF16"], cases, mutants });
const judge = async (name: string, dtype: string): Promise<JudgeScore> => {
  const one = (await found).judges.find((judge) => judge.name === name && judge.dtype === dtype);
  assert.ok(one);
  return one;
};

test("ours finds all that the cases can show, and takes no right kernel for a wrong one", async () => {
  assert.equal(mutants.length, 7);
  for (const dtype of ["F32", "BF16"]) {
    const { missed, falseAlarms, legalRuns: runs, suspects } = await judge("relukit", dtype);
    // BF16's big-mean leaves one pass enough digits: other cases are made for it
    assert.deepEqual([missed, falseAlarms, suspects], [dtype === "F32" ? [] : ["M36"], 0, 0], dtype);
    assert.ok(runs > 250, `${runs} runs in ${dtype}`);
  }
});

test("who compares one call's numbers finds no stale answer and no spoiled input", async () => {
  for (const { name } of CHECKERS) {
    const { missed } = await judge(name, "F32");
    assert.ok(missed.includes("M08") && missed.includes("M46"), `${name} missed ${missed}`);
  }
  assert.deepEqual((await found).inMemory, ["M08", "M46"]);
});

test("each checker has the weakness it is known for", async () => {
  const missed = async (name: string) => (await judge(name, "F32")).missed;
  assert.ok((await missed("1e-2")).includes("M40")); // a lost tail is smaller than a hundredth
  assert.ok((await missed("nmse")).includes("M40")); // and small beside the rest of its tensor
  assert.ok((await missed("assert_close")).includes("M41")); // no NaN counts, as right ones are refused
  const { falseAlarms, withNaN } = await judge("ulp-table", "F32");
  assert.ok(falseAlarms > withNaN.falseAlarms); // sums that cancel
});

test("a mutant that is killed by refusing right kernels too is not found", async () => {
  const [given] = cases.filter(({ id }) => id === "activate/f32/relu-special");
  assert.ok(given);
  const one = await scoreCase(given, CHECKERS);
  assert.deepEqual(
    CHECKERS.filter((checker) => one.trusted.has(checker)).map(({ name }) => name),
    ["ulp-table"],
  );
  const [swallowing] = mutant("M41");
  assert.ok(swallowing);
  const { ours, checkers } = await whoFinds(swallowing, [one], CHECKERS);
  assert.deepEqual([ours, [...checkers].map(({ name }) => name)], [true, ["ulp-table"]]);
});

test("oneCall(kernel, case) gives a kernel memory full of zeros, and one call", async () => {
  const [given] = cases.filter(({ id }) => id === "linear/f32/random");
  const [nothing, stale, adding] = ["M05", "M08", "M12"].map((id) => mutant(id)[0]);
  assert.ok(given && nothing && stale && adding);
  const { right } = await scoreCase(given, []);
  assert.ok((await oneCall(nothing.kernel(PLAIN), given))["y"]?.every((x) => x === 0));
  assert.ok(sameBits(await oneCall(stale.kernel(PLAIN), given), right));
  assert.ok(sameBits(await oneCall(adding.kernel(PLAIN), given), right));
});

test("an equivalent mutant is counted apart, with its reason", async () => {
  const [tail] = mutant("M40");
  assert.ok(tail);
  const alike = { ...tail, id: "M40/alike", equivalent: { BF16: "for this test" } };
  const { judges, equivalents } = await score({
    ...{ dtypes: ["F32", "BF16"], mutants: [tail, alike], checkers: [] },
    cases: cases.filter(({ id }) => id.endsWith("/gelu-tail")),
  });
  assert.deepEqual(
    judges.map(({ dtype, killed, mutants: of, equivalent }) => [dtype, killed, of, equivalent]),
    [
      ["F32", 2, 2, 0],
      ["BF16", 1, 1, 1],
    ],
  );
  assert.deepEqual(equivalents, [{ id: "M40/alike", dtype: "BF16", reason: "for this test" }]);
});

test("legalRuns(case) runs every order and way where there is a sum, and every way elsewhere", async () => {
  const of = async (id: string) => {
    const [given] = cases.filter((one) => one.id === id);
    assert.ok(given);
    return legalRuns(await scoreCase(given, []), []);
  };
  assert.equal(MANNERS.length, 48);
  const runs = await of("linear/f32/random");
  assert.equal(runs.length, 48);
  assert.ok(runs.filter(({ distinct }) => distinct).length > 12);
  assert.equal((await of("linear/bf16/random")).length, 48 + 6); // tensor cores add in one order
  assert.equal((await of("activate/f32/gelu-tail")).length, 6);
  assert.equal(runs[13]?.what, "linear/f32/random, sums in f32, parts, fused");
});

test("representatives(cases) takes so many of each operator and tier, and none without an element", () => {
  const taken = representatives(
    all.filter(({ id }) => id.startsWith("linear/f32/")),
    { exact: 2, bounded: 1, special: 0 },
  );
  assert.deepEqual(
    taken.map(({ tier }) => tier),
    ["exact", "exact", "bounded"],
  );
  const empty = all.filter(({ id }) => /\/no-(token|output)$/.test(id));
  assert.ok(empty.length > 0);
  assert.deepEqual(representatives(empty, { exact: 9, bounded: 9, special: 9 }), []);
});

test("every case of the quick form is in the suite, in each type", () => {
  for (const dtype of ["F32", "F16", "BF16"]) {
    const names = new Set(all.filter((one) => one.dtype === dtype && isQuick(one.id)).map(({ id }) => id));
    assert.deepEqual(names, new Set([...QUICK].map((name) => name.replace("/", `/${dtype.toLowerCase()}/`))));
  }
});

test("progress counts up to all there is, by type", async () => {
  const said: string[] = [];
  await score({
    ...{ dtypes: ["F32"], cases: cases.slice(0, 2), mutants: mutants.slice(0, 1), checkers: [] },
    progress: ({ dtype, done, of }) => said.push(`${dtype} ${done}/${of}`),
  });
  assert.deepEqual(said, ["F32 1/3", "F32 2/3", "F32 3/3"]);
});

const judgeScore = (name: string, more: Partial<JudgeScore>): JudgeScore => ({
  ...{ name, dtype: "F32", killed: 70, mutants: 71, equivalent: 0, falseAlarms: 0, legalRuns: 2000 },
  ...{ withNaN: { falseAlarms: 0, legalRuns: 500 }, suspects: 0, missed: [], ...more },
});

const worked: Score = {
  judges: [
    judgeScore("relukit", { killed: 71 }),
    judgeScore("other", { falseAlarms: 501, withNaN: { falseAlarms: 500, legalRuns: 500 }, missed: ["M08"] }),
    judgeScore("relukit", { dtype: "BF16", killed: 70, mutants: 70, equivalent: 1 }),
    judgeScore("other", { dtype: "BF16", mutants: 70, killed: 68, missed: ["M08", "M40"] }),
  ],
  rules: [
    { name: "relukit", rule: "bounds", source: "here" },
    { name: "other", rule: "closeness", source: "there" },
  ],
  equivalents: [{ id: "M33", dtype: "BF16", reason: "nothing shows" }],
  inMemory: ["M08"],
  legalRuns: 4000,
  distinctRuns: 1234,
  refused: [],
};

test("scoreTable(score) has a row for each judge, and for each type found, alarms, and alarms without NaN", () => {
  const lines = scoreTable(worked).split("\n");
  assert.deepEqual(lines.slice(0, 5), [
    "71 kernels with a bug, and 4,000 runs of kernels that are right",
    "",
    "                     F32  alarms  no NaN      BF16  alarms  no NaN",
    "relukit            71/71       0       0     70/70       0       0",
    "other              70/71    25.1     0.1     68/70       0       0",
  ]);
});

test("scoreTable(score) names what was missed, where, what is equivalent, and every false alarm of ours", () => {
  const text = scoreTable({ ...worked, refused: ["linear/f32/random, sums in f32, tree"] });
  assert.match(text, /^other {9}missed M08, M40 \(BF16\)$/m);
  assert.match(text, /^equivalent {4}M33 in BF16: nothing shows$/m);
  assert.match(text, /^false alarm {3}linear\/f32\/random, sums in f32, tree$/m);
  assert.match(text, /1,234 of their answers differ/);
});

test("scoreTable(score) stays within 100 columns", () => {
  const long = Array.from({ length: 60 }, (_, i) => `M${i}/variant`);
  const text = scoreTable({ ...worked, judges: [judgeScore("relukit", { missed: long, suspects: 3 })] });
  assert.ok(text.split("\n").every((line) => line.length <= 100));
  assert.match(text, /3 were farther off than chance explains/);
});
