// The four reports of one check, with texts in it that each format has to guard against.
import assert from "node:assert/strict";
import { test } from "node:test";
import { parseHTML } from "linkedom";
import type { CaseReport } from "../../../reference/oracle/case-report.ts";
import type { Report } from "../../../reference/oracle/check.ts";
import { document } from "../../../reference/oracle/reports/json.ts";
import { junit } from "../../../reference/oracle/reports/junit.ts";
import { markdown, tableRows, tableText } from "../../../reference/oracle/reports/table.ts";
import { tap } from "../../../reference/oracle/reports/tap.ts";

const one = (id: string, verdict: CaseReport["verdict"], more: Partial<CaseReport> = {}): CaseReport => ({
  ...{ id, op: id.split("/")[0] ?? "", dtype: "F32", tier: "bounded", verdict },
  ...{ ratio: 0.25, likelyRatio: 0.5, problems: [], wrongElements: 0, seconds: 0.0125 },
  ...more,
});

const HARD = `a < b & "c" > 'd'\u0000\ud800 # TODO \\ ü\nsecond line`;
const cases: readonly CaseReport[] = [
  one("add/f32/right", "PASS"),
  one("add/f32/bound", "PASS-BOUND", { ratio: 0.875 }),
  one("add/f32/wrong", "FAIL", {
    ratio: Infinity,
    problems: [HARD],
    wrongElements: 3,
    first: { output: "z", index: 1, got: Number.NaN, truth: -0, bound: 0 },
    pattern: "one row, 2",
    diagnosis: { id: "M05", bug: "<nothing> & none", residual: 0.5 },
  }),
  one("mul/f32/odd", "SUSPECT", { likelyRatio: 1.5 }),
  one("mul/f32/wide", "INCONCLUSIVE"),
  one("mul/f32/gone", "ERROR", { outcome: "timeout", problems: ["no answer within 30 s"] }),
  one("mul/f32/no", "UNSUPPORTED", { outcome: "unsupported", problems: [`no # such\nkernel`] }),
  one("mul/f32/known", "FAIL", { problems: ["as ever"], known: true }),
];
const report: Report = {
  declaration: { name: `kernel <"&'>`, version: "1" },
  ...{ verdict: "FAIL", exitCode: 1, cases, coverage: 0.75 },
  counts: { PASS: 1, "PASS-BOUND": 1, SUSPECT: 1, INCONCLUSIVE: 1, FAIL: 1, UNSUPPORTED: 1, ERROR: 1 },
  distinguishable: { F32: { killed: 3, of: 4 } },
  diagnosis: { id: "M05", bug: "nothing", residual: 0.5, explains: 1, failed: 1 },
};
const again = (id: string): string => `relukit oracle check --filter '^${id}$'`;

test("JSON: everything is in it, infinities, NaN and −0 as words, and it is the same after a round trip", () => {
  const made = document(report, { suite: "ab12", command: "relukit oracle check" });
  assert.deepEqual(JSON.parse(JSON.stringify(made)), made);
  const { cases: all, ...head } = made;
  assert.deepEqual(Object.keys(head), [
    ...["verdict", "exitCode", "kernel", "suite", "command", "counts", "coverage"],
    ...["distinguishable", "diagnosis"],
  ]);
  assert.equal(all.length, cases.length);
  assert.deepEqual(all[2], {
    ...{ id: "add/f32/wrong", op: "add", dtype: "F32", tier: "bounded", verdict: "FAIL" },
    ...{ ratio: "Infinity", likelyRatio: 0.5, problems: [HARD], wrongElements: 3 },
    first: { output: "z", index: 1, got: "NaN", truth: "-0", bound: 0 },
    pattern: "one row, 2",
    diagnosis: { id: "M05", bug: "<nothing> & none", residual: 0.5 },
    seconds: 0.0125,
  });
  const bare = {
    id: "add/f32/right",
    op: "add",
    dtype: "F32",
    tier: "bounded",
    verdict: "PASS",
    ratio: 0.25,
    likelyRatio: 0.5,
    seconds: 0.0125,
  };
  assert.deepEqual(all[0], bare);
  assert.deepEqual([all[5]?.outcome, all[7]?.expectedToFail], ["timeout", true]);
});

const TAG = /<(\/?)([a-z]+)((?: [a-z]+="[^"<]*")*)(\/?)>/g;

test("JUnit is well-formed XML, whatever the texts are", () => {
  const xml = junit(report, again);
  assert.ok(xml.startsWith('<?xml version="1.0" encoding="UTF-8"?>\n<testsuites '));
  const body = xml.slice(xml.indexOf("\n") + 1);
  const open: string[] = [];
  for (const [, closing, name = "", , empty] of body.matchAll(TAG))
    if (closing) assert.equal(open.pop(), name);
    else if (!empty) open.push(name);
  assert.deepEqual(open, []);
  const texts = body.replace(TAG, "");
  assert.doesNotMatch(texts, /[<>]|&(?!(amp|lt|gt|quot);)/);
  const writable = (c: number): boolean =>
    c === 9 ||
    c === 10 ||
    c === 13 ||
    (c >= 0x20 && c <= 0xd7ff) ||
    (c >= 0xe000 && c <= 0xfffd) ||
    c >= 0x10000;
  assert.ok([...xml].every((character) => writable(character.codePointAt(0) ?? 0)));
});

test("JUnit counts a suite an operator: what failed, erred and was skipped, with the command that does it again", () => {
  const { document: xml } = parseHTML(junit(report, again));
  const counts = (element: { getAttribute(name: string): string | null }) =>
    ["tests", "failures", "errors", "skipped"].map((name) => Number(element.getAttribute(name)));
  const suites = [...xml.querySelectorAll("testsuite")];
  assert.deepEqual(
    suites.map((suite) => [suite.getAttribute("name"), ...counts(suite)]),
    [
      ["add", 3, 1, 0, 0],
      ["mul", 5, 1, 1, 3],
    ],
  );
  const [all] = xml.querySelectorAll("testsuites");
  assert.ok(all);
  assert.deepEqual(counts(all), [8, 2, 1, 3]);
  const failure = xml.querySelector("failure");
  assert.equal(failure?.getAttribute("type"), "FAIL");
  assert.match(
    failure?.textContent ?? "",
    /pattern: one row, 2\nas if: <nothing> & none \(M05\)\nagain: relukit oracle check --filter/,
  );
  assert.equal(xml.querySelector("error")?.getAttribute("type"), "timeout");
});

test("TAP 14: a version, a plan, a line a case, and YAML between --- and ... for what is not right", () => {
  const lines = tap(report).trimEnd().split("\n");
  assert.deepEqual([lines[0], lines[1], lines.at(-1)], ["TAP version 14", "1..8", "# FAIL"]);
  const points: string[] = [];
  let inYaml = false;
  for (const line of lines.slice(2, -1)) {
    if (line === "  ---" || line === "  ...") {
      assert.equal(inYaml, line === "  ...");
      inYaml = !inYaml;
    } else if (inYaml) {
      const [, value = ""] = /^ {2}[a-z ]+: (.*)$/.exec(line) ?? [];
      assert.ok(
        value === "FAIL" || value === "ERROR" || value === "SUSPECT" || typeof JSON.parse(value) === "string",
        line,
      );
    } else points.push(line);
  }
  assert.equal(inYaml, false);
  assert.deepEqual(points, [
    "ok 1 - add/f32/right - ratio 0.25",
    "ok 2 - add/f32/bound - ratio 0.88",
    "not ok 3 - add/f32/wrong",
    "not ok 4 - mul/f32/odd",
    "ok 5 - mul/f32/wide # SKIP inconclusive",
    "not ok 6 - mul/f32/gone",
    "ok 7 - mul/f32/no # SKIP unsupported: no \\# such kernel",
    "not ok 8 - mul/f32/known # TODO known to fail",
  ]);
});

test("the table has a row an operator and type, and columns only for what there is", () => {
  const [add, mul] = tableRows(report);
  const none = { suspect: 0, inconclusive: 0, failed: 0, errors: 0, unsupported: 0, known: 0 };
  assert.deepEqual(add, { op: "add", dtype: "F32", cases: 3, passed: 2, ...none, failed: 1, worst: 0.875 });
  assert.deepEqual(mul, {
    op: "mul",
    dtype: "F32",
    cases: 5,
    passed: 0,
    suspect: 1,
    inconclusive: 1,
    failed: 0,
    errors: 1,
    unsupported: 1,
    known: 1,
    worst: 0,
  });
  assert.deepEqual(tableText(report).split("\n"), [
    "operator  type  cases  pass  suspect  inconclusive  fail  error  unsupported  known  worst",
    "add       F32       3     2        –             –     1      –            –      –   0.88",
    "mul       F32       5     –        1             1     –      1            1      1      –",
  ]);
  const right = tableText({ ...report, cases: cases.slice(0, 2) });
  assert.equal(right.split("\n")[0], "operator  type  cases  pass  fail  worst");
  assert.equal(tableText({ ...report, cases: [] }), "operator  type  cases  pass  fail  worst");
});

test("Markdown: verdict, table, and a line for each failure but those that are known", () => {
  const lines = markdown(report).split("\n");
  assert.equal(lines[0], `**FAIL** – kernel <"&'>`);
  const columns = lines.slice(2, 6).map((line) => line.split("|").length);
  assert.equal(new Set(columns).size, 1);
  assert.match(lines[3] ?? "", /^\| --- \| --- \|( ---: \|)+$/);
  const failures = lines.filter((line) => line.startsWith("- "));
  assert.deepEqual(
    failures.map((line) => /`(.*?)`/.exec(line)?.[1]),
    ["add/f32/wrong", "mul/f32/gone"],
  );
});
