// A kernel judged by a suite: every case it can do tried, what is wrong diagnosed, and one verdict on the whole.
import type { Case } from "./case.ts";
import { type CaseReport, triedCase } from "./case-report.ts";
import type { Diagnosis } from "./diagnosis.ts";
import type { FloatDtype } from "./float-formats.ts";
import type { Status } from "./harness.ts";
import type { Declaration, Kernel } from "./kernel.ts";
import { type Explained, type Likeliest, likeliest } from "./likeliest.ts";
import { type ByOutput, type Gauge, type Truth, truthOf } from "./truth.ts";

/** A case of a suite, and what the suite knows of it. */
export interface SuiteCase {
  readonly given: Case;
  readonly truth: ByOutput<Truth>;
  /** the bounds of a kernel that declares nothing, where they are known */
  readonly gauge?: ByOutput<Gauge>;
  /** ids of the catalogue's mutants that it tells from a right kernel */
  readonly kills?: readonly string[];
}

/** Cases whose truths are worked out when they are asked for: a suite without files. */
export const suiteOf = (cases: readonly Case[]): readonly SuiteCase[] =>
  cases.map((given) => ({
    given,
    get truth() {
      return truthOf(given);
    },
  }));

/**
 * The verdict on a kernel: the first that is so of FAIL, ERROR, UNSUPPORTED, SUSPECT and INCONCLUSIVE; else PASS.
 *
 * UNSUPPORTED: it does none of the cases. INCONCLUSIVE: too few of them ran, none passed, or of some operator in some
 * type half or more say nothing. What is SUSPECT is a FAIL where `strict` is asked for.
 */
export type Whole = "PASS" | "SUSPECT" | "FAIL" | "INCONCLUSIVE" | "UNSUPPORTED" | "ERROR";

/** A kernel judged by a suite: each case of what it declares, and one verdict on the whole. */
export interface Report {
  readonly declaration: Declaration;
  readonly verdict: Whole;
  /** 0 for PASS, 1 for FAIL, 3 for ERROR, 4 for SUSPECT, 5 for INCONCLUSIVE, 77 for UNSUPPORTED */
  readonly exitCode: number;
  /** in the order of the suite */
  readonly cases: readonly CaseReport[];
  /** of the cases that are not known to fail */
  readonly counts: Readonly<Record<Status, number>>;
  /** share of the cases of what is declared that ran, in [0, 1] */
  readonly coverage: number;
  /** by type, how many mutants the cases that ran can tell from a right kernel, of those that all declared ones can */
  readonly distinguishable: Readonly<
    Partial<Record<FloatDtype, { readonly killed: number; readonly of: number }>>
  >;
  /** the bug that explains most of what failed */
  readonly diagnosis?: Likeliest;
}

/** How strictly and how thoroughly a kernel is judged, and who is told meanwhile. */
export interface Checking {
  /** SUSPECT counts as FAIL */
  readonly strict?: boolean;
  /** the least share of the cases of what is declared that has to run, in [0, 1]; 0.5 */
  readonly leastCoverage?: number;
  /** how many failing cases are diagnosed; mutants answer each; 16 */
  readonly diagnosed?: number;
  /** cases that are known to fail: they neither fail nor pass */
  readonly expectedToFail?: (id: string) => boolean;
  /** told after each case */
  readonly onCase?: (report: CaseReport, done: number, total: number) => void;
  /** a clock, in seconds; without one every case takes 0 */
  readonly now?: () => number;
}

/** The cases that a declaration is about. */
export const declared = (
  { ops, dtypes = ["F32"], strides }: Declaration,
  { op, dtype, layout }: Case,
): boolean =>
  (ops === undefined || ops.includes(op)) &&
  dtypes.includes(dtype) &&
  (strides === true || layout === undefined);

const DIAGNOSED = 16;

/** Judges the kernel by the cases. */
export async function check(
  kernel: Kernel,
  suite: readonly SuiteCase[],
  options: Checking = {},
): Promise<Report> {
  const { diagnosed = DIAGNOSED, expectedToFail = () => false, now = () => 0, onCase } = options;
  const mine = suite.filter(({ given }) => declared(kernel.declaration, given));
  const reports: CaseReport[] = [];
  const explained = new Map<string, readonly Diagnosis[]>();
  for (const one of mine) {
    const known = expectedToFail(one.given.id);
    const diagnosing = !known && explained.size < diagnosed;
    const { report, found } = await triedCase(kernel, one, { diagnosing, known, now });
    if (found) explained.set(one.given.id, found);
    reports.push(report);
    onCase?.(report, reports.length, mine.length);
  }
  return whole(kernel.declaration, mine, reports, explained, options);
}

const NONE: Readonly<Record<Status, number>> = {
  PASS: 0,
  "PASS-BOUND": 0,
  SUSPECT: 0,
  INCONCLUSIVE: 0,
  FAIL: 0,
  UNSUPPORTED: 0,
  ERROR: 0,
};

function whole(
  declaration: Declaration,
  mine: readonly SuiteCase[],
  reports: readonly CaseReport[],
  explained: Explained,
  options: Checking,
): Report {
  const counts = { ...NONE };
  for (const { verdict, known } of reports) if (!known) counts[verdict] += 1;
  const ran = new Set(reports.filter(({ verdict }) => !DID_NOT_RUN.has(verdict)).map(({ id }) => id));
  const coverage = mine.length === 0 ? 0 : ran.size / mine.length;
  const diagnosis = likeliest(explained, mine, reports);
  return {
    declaration,
    ...verdictOf(counts, coverage, reports, options),
    cases: reports,
    counts,
    coverage,
    distinguishable: distinguishable(
      mine.filter(({ given }) => ran.has(given.id)),
      mine,
    ),
    ...(diagnosis && { diagnosis }),
  };
}

const DID_NOT_RUN: ReadonlySet<Status> = new Set(["UNSUPPORTED", "ERROR"]);
const LEAST_COVERAGE = 0.5;
const NOTHING_SUPPORTED = 77; // as automake's test drivers have it

/** The graver thing wins; and what did not run, or is known to fail, proves nothing. */
function verdictOf(
  counts: Readonly<Record<Status, number>>,
  coverage: number,
  reports: readonly CaseReport[],
  { strict = false, leastCoverage = LEAST_COVERAGE }: Checking,
): { readonly verdict: Whole; readonly exitCode: number } {
  if (counts.FAIL > 0) return { verdict: "FAIL", exitCode: 1 };
  if (counts.ERROR > 0) return { verdict: "ERROR", exitCode: 3 };
  if (reports.every(({ verdict }) => verdict === "UNSUPPORTED"))
    return { verdict: "UNSUPPORTED", exitCode: NOTHING_SUPPORTED };
  if (counts.SUSPECT > 0) return { verdict: strict ? "FAIL" : "SUSPECT", exitCode: strict ? 1 : 4 };
  const passed = counts.PASS + counts["PASS-BOUND"];
  if (leavesOpen(reports) || coverage < leastCoverage || passed === 0)
    return { verdict: "INCONCLUSIVE", exitCode: 5 };
  return { verdict: "PASS", exitCode: 0 };
}

/** Whether of some operator in some type half of the cases or more say nothing: a few wide bounds are no more than that. */
function leavesOpen(reports: readonly CaseReport[]): boolean {
  const open = new Map<string, number>();
  for (const { op, dtype, verdict, known } of reports) {
    if (known || DID_NOT_RUN.has(verdict)) continue;
    const key = `${op} ${dtype}`;
    open.set(key, (open.get(key) ?? 0) + (verdict === "INCONCLUSIVE" ? 1 : -1));
  }
  return [...open.values()].some((balance) => balance >= 0);
}

/** Of each type, how many mutants some case that ran kills, of those that the suite can kill at all. */
function distinguishable(ran: readonly SuiteCase[], all: readonly SuiteCase[]): Report["distinguishable"] {
  const killed = (cases: readonly SuiteCase[], dtype: FloatDtype): number =>
    new Set(cases.filter(({ given }) => given.dtype === dtype).flatMap(({ kills = [] }) => kills)).size;
  const dtypes = [...new Set(all.map(({ given }) => given.dtype))];
  return Object.fromEntries(
    dtypes.map((dtype) => [dtype, { killed: killed(ran, dtype), of: killed(all, dtype) }]),
  );
}
