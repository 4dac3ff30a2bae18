// What relukit oracle check prints: a table, what failed, and the verdict in one line at the end.
import type { CaseReport } from "../reference/oracle/case-report.ts";
import type { Report } from "../reference/oracle/check.ts";
import type { Declaration } from "../reference/oracle/kernel.ts";
import { tableText } from "../reference/oracle/reports/table.ts";

const MOST = 5;

/** @param again  the command that tries one case again */
export function page(report: Report, again: (id: string) => string): string {
  const bad = report.cases.filter(({ verdict, known }) => BAD.includes(verdict) && !known);
  const parts = [
    heading(report.declaration),
    ...(report.cases.length > 0 ? [tableText(report)] : []),
    ...bad.slice(0, MOST).map((one) => detail(one, again)),
    ...(bad.length > MOST ? [`and ${bad.length - MOST} more: --json or --report has all of them`] : []),
    verdictLines(report),
  ];
  return `${parts.join("\n\n")}\n`;
}

const BAD: readonly string[] = ["FAIL", "ERROR", "SUSPECT", "INCONCLUSIVE"];

function heading({
  name,
  version,
  accumulator,
  structure,
  intermediate,
  flushesSubnormals,
}: Declaration): string {
  const said = [
    accumulator ? `sums in ${accumulator}` : "sums in float32",
    structure && structure !== "any" ? `order ${structure}` : "any order",
    ...(intermediate ? [`intermediates in ${intermediate}`] : []),
    ...(flushesSubnormals ? ["subnormals may be flushed"] : []),
  ];
  return `${name}${version ? ` ${version}` : ""}: ${said.join(", ")}`;
}

function detail(one: CaseReport, again: (id: string) => string): string {
  const lines = [
    `${one.verdict}  ${one.id}`,
    ...one.problems.map((problem) => `      ${problem}`),
    ...(one.verdict === "SUSPECT" && one.problems.length === 0
      ? [
          `      ${one.likelyRatio.toPrecision(3)} times what chance explains, ${one.ratio.toPrecision(3)} of the proven bound`,
        ]
      : []),
    ...(one.wrongElements > 0
      ? [
          `      ${one.wrongElements} ${one.wrongElements === 1 ? "element is" : "elements are"} wrong${one.pattern ? `: ${one.pattern}` : ""}`,
        ]
      : []),
    ...(one.diagnosis
      ? [`      as if ${one.diagnosis.bug} (${one.diagnosis.id}${residual(one.diagnosis.residual)})`]
      : []),
    `      again: ${again(one.id)}`,
  ];
  return lines.join("\n");
}

const residual = (share: number): string =>
  share > 0 ? `, residual ${share.toPrecision(2)} of the bound` : "";

function verdictLines(report: Report): string {
  const { cases, diagnosis, coverage, verdict } = report;
  const power = Object.entries(report.distinguishable)
    .filter(([, { of }]) => of > 0)
    .map(([dtype, { killed, of }]) => `${killed} of ${of} known bugs distinguishable in ${dtype}`);
  const said = [`${verdict}  ${summary(report)}`, ...power];
  const lines = [said.join(", ")];
  if (coverage < 1 && cases.length > 0)
    lines.push(`      ${Math.round(100 * coverage)} % of the cases of what it declares ran`);
  const mended = cases.filter(({ known, verdict: one }) => known && one.startsWith("PASS"));
  if (mended.length > 0)
    lines.push(`      known to fail, and passed: ${mended.map(({ id }) => id).join(", ")}`);
  if (diagnosis)
    lines.push(
      `      likeliest: ${diagnosis.bug} (${diagnosis.id}), which explains ${diagnosis.explains} of ${diagnosis.failed} diagnosed cases`,
    );
  return lines.join("\n");
}

function summary({ counts, cases }: Report): string {
  const bad = (["FAIL", "ERROR", "SUSPECT", "INCONCLUSIVE", "UNSUPPORTED"] as const)
    .filter((verdict) => counts[verdict] > 0)
    .map((verdict) => `${counts[verdict]} ${verdict.toLowerCase()}`);
  const known = cases.filter((one) => one.known).length;
  const said = [...bad, ...(known > 0 ? [`${known} known to fail`] : [])];
  const total = `${cases.length} ${cases.length === 1 ? "case" : "cases"}`;
  return said.length === 0 ? total : `${total}: ${said.join(", ")}`;
}
