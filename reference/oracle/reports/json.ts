// A report as one JSON document. Infinity and NaN, which JSON does not have, are words.
import type { CaseReport } from "../case-report.ts";
import type { Report } from "../check.ts";

/** What a document says besides: how the check was run. */
export interface Circumstances {
  /** sha256 of the suite's manifest, or what stands for it */
  readonly suite: string;
  /** the command that does it again */
  readonly command: string;
}

/** The report as a value that JSON holds. */
export function document(report: Report, { suite, command }: Circumstances) {
  const { declaration, verdict, exitCode, counts, coverage, distinguishable, diagnosis } = report;
  return {
    verdict,
    exitCode,
    kernel: declaration,
    suite,
    command,
    counts,
    coverage,
    distinguishable,
    ...(diagnosis && { diagnosis }),
    cases: report.cases.map(caseOf),
  };
}

const caseOf = (report: CaseReport) => {
  const { id, op, dtype, tier, verdict, ratio, likelyRatio, problems, first, wrongElements } = report;
  const { pattern, diagnosis, outcome, known, seconds } = report;
  return {
    id,
    op,
    dtype,
    tier,
    verdict,
    ratio: number(ratio),
    likelyRatio: number(likelyRatio),
    ...(problems.length > 0 && { problems }),
    ...(wrongElements > 0 && { wrongElements }),
    ...(first && {
      first: {
        output: first.output,
        index: first.index,
        got: number(first.got),
        truth: number(first.truth),
        bound: number(first.bound),
      },
    }),
    ...(pattern && { pattern }),
    ...(diagnosis && { diagnosis: { ...diagnosis, residual: number(diagnosis.residual) } }),
    ...(outcome && { outcome }),
    ...(known && { expectedToFail: known }),
    seconds: Math.round(seconds * 1e4) / 1e4,
  };
};

const number = (x: number): number | string =>
  Number.isFinite(x) ? (Object.is(x, -0) ? "-0" : x) : String(x);
