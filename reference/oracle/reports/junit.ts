// A report as JUnit XML: a test suite an operator, a test a case.
import type { CaseReport } from "../case-report.ts";
import type { Report } from "../check.ts";

/**
 * A report as JUnit XML: a test suite an operator, a test a case. FAIL and SUSPECT are failures; what is UNSUPPORTED or
 * INCONCLUSIVE, or fails as it is known to, is skipped.
 *
 * @param again  the command that tries one case again, by its id, for what failed
 */
export function junit(report: Report, again: (id: string) => string): string {
  const byOp = new Map<string, CaseReport[]>();
  for (const one of report.cases) byOp.set(one.op, [...(byOp.get(one.op) ?? []), one]);
  const suites = [...byOp].map(([op, cases]) => suite(op, cases, again));
  const name = escaped(report.declaration.name);
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="${name}" ${totals(report.cases)}>`,
    ...suites,
    "</testsuites>",
    "",
  ].join("\n");
}

/** Such a case is no failure of the whole. */
const isKnownFailure = ({ known, verdict }: CaseReport): boolean =>
  known === true && !verdict.startsWith("PASS");

const totals = (cases: readonly CaseReport[]): string => {
  const unknown = cases.filter((one) => !isKnownFailure(one));
  const of = (...verdicts: readonly string[]): number =>
    unknown.filter(({ verdict }) => verdicts.includes(verdict)).length;
  const skipped = cases.length - unknown.length + of("UNSUPPORTED", "INCONCLUSIVE");
  const seconds = cases.reduce((sum, one) => sum + one.seconds, 0);
  return `tests="${cases.length}" failures="${of("FAIL", "SUSPECT")}" errors="${of("ERROR")}" skipped="${skipped}" time="${seconds.toFixed(3)}"`;
};

function suite(op: string, cases: readonly CaseReport[], again: (id: string) => string): string {
  const tests = cases.map((one) => {
    const head = `<testcase classname="${escaped(op)}" name="${escaped(one.id)}" time="${one.seconds.toFixed(4)}"`;
    const inside = element(one, again);
    return inside === "" ? `    ${head}/>` : `    ${head}>\n      ${inside}\n    </testcase>`;
  });
  return [`  <testsuite name="${escaped(op)}" ${totals(cases)}>`, ...tests, "  </testsuite>"].join("\n");
}

function element(one: CaseReport, again: (id: string) => string): string {
  const first = one.problems[0] ?? one.verdict;
  const text = [...one.problems, ...more(one), `again: ${again(one.id)}`].map(escaped).join("\n");
  if (isKnownFailure(one)) return `<skipped message="${escaped(`known to fail: ${first}`)}"/>`;
  switch (one.verdict) {
    case "FAIL":
    case "SUSPECT":
      return `<failure type="${one.verdict}" message="${escaped(first)}">${text}</failure>`;
    case "ERROR":
      return `<error type="${escaped(one.outcome ?? "error")}" message="${escaped(first)}">${text}</error>`;
    case "UNSUPPORTED":
    case "INCONCLUSIVE":
      return `<skipped message="${escaped(`${one.verdict}: ${first}`)}"/>`;
    default:
      return "";
  }
}

const more = ({ pattern, diagnosis }: CaseReport): readonly string[] => [
  ...(pattern ? [`pattern: ${pattern}`] : []),
  ...(diagnosis ? [`as if: ${diagnosis.bug} (${diagnosis.id})`] : []),
];

// What XML 1.0 has no way to write is left out; the rest of what it reserves is named.
const escaped = (text: string): string =>
  text
    .replace(/[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, "")
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;");
