// A report by operator and type: how many cases had which verdict, and how near to its bound the worst came.
import type { CaseReport } from "../case-report.ts";
import type { Report } from "../check.ts";
import type { FloatDtype } from "../float-formats.ts";

export interface TableRow {
  readonly op: string;
  readonly dtype: FloatDtype;
  readonly cases: number;
  readonly passed: number;
  readonly suspect: number;
  readonly inconclusive: number;
  readonly failed: number;
  readonly errors: number;
  readonly unsupported: number;
  /** of those that are known to fail, the ones that did not pass */
  readonly known: number;
  /** the greatest share of a bound, of the cases that passed */
  readonly worst: number;
}

export function tableRows({ cases }: Report): readonly TableRow[] {
  const groups = new Map<string, CaseReport[]>();
  for (const one of cases) {
    const key = `${one.op} ${one.dtype}`;
    groups.set(key, [...(groups.get(key) ?? []), one]);
  }
  return [...groups.values()].map(rowOf);
}

function rowOf(cases: readonly CaseReport[]): TableRow {
  const of = (...verdicts: readonly string[]): number =>
    cases.filter(({ verdict, known }) => verdicts.includes(verdict) && !known).length;
  const passed = cases.filter(({ verdict }) => verdict === "PASS" || verdict === "PASS-BOUND");
  return {
    op: cases[0]?.op ?? "",
    dtype: cases[0]?.dtype ?? "F32",
    cases: cases.length,
    passed: passed.length,
    suspect: of("SUSPECT"),
    inconclusive: of("INCONCLUSIVE"),
    failed: of("FAIL"),
    errors: of("ERROR"),
    unsupported: of("UNSUPPORTED"),
    known: cases.filter(({ known }) => known).length - passed.filter(({ known }) => known).length,
    worst: Math.max(0, ...passed.map(({ ratio }) => ratio)),
  };
}

const HEAD = [
  "operator",
  "type",
  "cases",
  "pass",
  "suspect",
  "inconclusive",
  "fail",
  "error",
  "unsupported",
  "known",
  "worst",
];

const count = (n: number): string => (n === 0 ? "–" : String(n));

const cells = (row: TableRow): readonly string[] => [
  row.op,
  row.dtype,
  ...[row.cases, row.passed, row.suspect, row.inconclusive, row.failed].map(count),
  ...[row.errors, row.unsupported, row.known].map(count),
  row.passed === 0 ? "–" : row.worst.toFixed(2),
];

/** The columns that say anything: those with a number in some row, and the first and last. */
function columnsOf(rows: readonly (readonly string[])[]): readonly number[] {
  const always = new Set([0, 1, 2, 3, 6, 10]);
  return [...HEAD.keys()].filter((c) => always.has(c) || rows.some((row) => row[c] !== "–"));
}

/** As text, aligned. */
export function tableText(report: Report): string {
  const rows = tableRows(report).map(cells);
  const shown = columnsOf(rows);
  const widths = shown.map((c) => Math.max(...[HEAD, ...rows].map((row) => (row[c] ?? "").length)));
  const line = (row: readonly string[]): string =>
    shown
      .map((c, i) =>
        c < 2 ? (row[c] ?? "").padEnd(widths[i] ?? 0) : (row[c] ?? "").padStart(widths[i] ?? 0),
      )
      .join("  ")
      .trimEnd();
  return [HEAD, ...rows].map(line).join("\n");
}

/** As a table in Markdown, with the verdict above it and what failed below. */
export function markdown(report: Report): string {
  const rows = tableRows(report).map(cells);
  const shown = columnsOf(rows);
  const line = (row: readonly string[]): string => `| ${shown.map((c) => row[c] ?? "").join(" | ")} |`;
  const failures = report.cases.filter(
    ({ verdict, known }) => (verdict === "FAIL" || verdict === "ERROR") && !known,
  );
  const said = failures.slice(0, 20).map(({ id, problems, diagnosis }) => {
    const guess = diagnosis ? ` As if ${diagnosis.bug} (${diagnosis.id}).` : "";
    return `- \`${id}\`: ${problems[0] ?? "no word"}.${guess}`;
  });
  return [
    `**${report.verdict}** – ${report.declaration.name}`,
    "",
    line(HEAD),
    `| ${shown.map((c) => (c < 2 ? "---" : "---:")).join(" | ")} |`,
    ...rows.map(line),
    ...(said.length > 0 ? ["", ...said] : []),
    ...(failures.length > 20 ? ["", `and ${failures.length - 20} more`] : []),
    "",
  ].join("\n");
}
