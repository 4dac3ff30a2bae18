// A kernel judged by a suite: every case it can do tried, what is wrong diagnosed, and one verdict on the whole.
import type { Case } from "./case.ts";
import { outputShapes } from "./case.ts";
import { type Diagnosis, hypotheses } from "./diagnosis.ts";
import { expectationOf } from "./expectation.ts";
import type { FloatDtype } from "./float-formats.ts";
import { type Status, type Trial, tryCase } from "./harness.ts";
import type { Expectation, Wrong } from "./judge.ts";
import type { Declaration, Kernel, Outcome } from "./kernel.ts";
import { type Model, modelOf } from "./model.ts";
import { patternOf } from "./pattern.ts";
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

export interface CaseReport {
  readonly id: string;
  readonly op: string;
  readonly dtype: FloatDtype;
  readonly tier: Case["tier"];
  readonly verdict: Status;
  /** the greatest share of its bound that an element is off */
  readonly ratio: number;
  readonly likelyRatio: number;
  /** what is the matter, each in a sentence */
  readonly problems: readonly string[];
  /** the first wrong element */
  readonly first?: Wrong;
  readonly wrongElements: number;
  readonly pattern?: string;
  readonly diagnosis?: Diagnosis;
  readonly outcome?: Outcome["status"];
  readonly seconds: number;
}

export type Whole = "PASS" | "SUSPECT" | "FAIL" | "INCONCLUSIVE" | "UNSUPPORTED" | "ERROR";

export interface Report {
  readonly declaration: Declaration;
  readonly verdict: Whole;
  readonly exitCode: number;
  readonly cases: readonly CaseReport[];
  readonly counts: Readonly<Record<Status, number>>;
  /** share of the cases of what is declared that ran */
  readonly coverage: number;
  /** mutants that the cases which ran can tell from a right kernel, by type */
  readonly distinguishable: Readonly<
    Partial<Record<FloatDtype, { readonly killed: number; readonly of: number }>>
  >;
  /** the bug that explains most of what failed */
  readonly diagnosis?: Diagnosis & { readonly explains: number; readonly failed: number };
}

export interface Checking {
  /** SUSPECT counts as FAIL */
  readonly strict?: boolean;
  /** the least share of the declared operators' cases that has to run */
  readonly leastCoverage?: number;
  /** how many failing cases are diagnosed; mutants answer each */
  readonly diagnosed?: number;
  /** cases that are known to fail: they neither fail nor pass */
  readonly expectedToFail?: (id: string) => boolean;
  readonly onCase?: (report: CaseReport, done: number, total: number) => void;
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

/** Judges the kernel by the cases. */
export async function check(
  kernel: Kernel,
  suite: readonly SuiteCase[],
  options: Checking = {},
): Promise<Report> {
  const { declaration } = kernel;
  const mine = suite.filter(({ given }) => declared(declaration, given));
  const reports: CaseReport[] = [];
  const bank = new Map<string, readonly Diagnosis[]>();
  for (const one of mine) {
    const { report, found } = await judged(kernel, one, options, bank.size);
    if (found) bank.set(one.given.id, found);
    reports.push(report);
    options.onCase?.(report, reports.length, mine.length);
  }
  return whole(declaration, mine, reports, bank, options);
}

async function judged(
  kernel: Kernel,
  { given, truth, gauge }: SuiteCase,
  { diagnosed = 16, now = () => 0 }: Checking,
  already: number,
): Promise<{ readonly report: CaseReport; readonly found?: readonly Diagnosis[] }> {
  const start = now();
  const model = modelOf(kernel.declaration, given.dtype);
  const expected = expectationOf(given, model, truth, declaresNothing(model, given) ? gauge : undefined);
  const sequence = (other: Case): Expectation => expectationOf(other, model);
  const trial = await tryCase(kernel, given, expected, given.sequence ? { sequence } : {});
  const found =
    trial.status === "FAIL" && already < diagnosed
      ? await hypotheses(trial, kernel.declaration, given, expected)
      : undefined;
  return { report: reportOf(given, trial, found?.[0], now() - start), ...(found && { found }) };
}

/** Whether the bounds that a suite keeps are those of the model. */
const declaresNothing = (model: Model, { dtype }: Case): boolean =>
  JSON.stringify(model) === JSON.stringify(modelOf({}, dtype));

function reportOf(given: Case, trial: Trial, diagnosis: Diagnosis | undefined, seconds: number): CaseReport {
  const { id, op, dtype, tier } = given;
  const first = trial.wrong[0];
  const shape = first ? outputShapes(given)[first.output] : undefined;
  const inFirst = trial.wrong.filter(({ output }) => output === first?.output);
  const pattern = shape && patternOf(inFirst, shape);
  return {
    id,
    op,
    dtype,
    tier,
    verdict: trial.status,
    ratio: trial.ratio,
    likelyRatio: trial.likelyRatio,
    problems: [
      ...(trial.message === undefined ? [] : [trial.message]),
      ...trial.misdeeds.map(({ sentence }) => sentence),
      ...(first ? [sentenceOf(first)] : []),
    ],
    wrongElements: trial.wrong.length,
    seconds,
    ...(first && { first }),
    ...(pattern && { pattern }),
    ...(diagnosis && { diagnosis }),
    ...(trial.outcome && { outcome: trial.outcome }),
  };
}

const sentenceOf = ({ output, index, got, truth, bound }: Wrong): string => {
  const within =
    bound === 0 ? ", bit for bit" : Number.isFinite(truth) ? ` within ${bound.toPrecision(3)}` : "";
  return `out.${output} element ${index} is ${shown(got)}; expected ${shown(truth)}${within}`;
};

const shown = (x: number): string => (Object.is(x, -0) ? "-0" : String(x));

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
  bank: ReadonlyMap<string, readonly Diagnosis[]>,
  options: Checking,
): Report {
  const counts = { ...NONE };
  const counted = reports.filter(({ id }) => !options.expectedToFail?.(id));
  for (const { verdict } of counted) counts[verdict] += 1;
  const ran = new Set(reports.filter(({ verdict }) => verdict !== "UNSUPPORTED").map(({ id }) => id));
  const coverage = mine.length === 0 ? 0 : ran.size / mine.length;
  const { verdict, exitCode } = verdictOf(counts, coverage, ran.size, options);
  const diagnosis = likeliest(bank, mine, reports);
  return {
    declaration,
    verdict,
    exitCode,
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

const LEAST_COVERAGE = 0.5;
const NOTHING_SUPPORTED = 77; // as automake's test drivers have it

/** The graver thing wins; and what did not run proves nothing. */
function verdictOf(
  counts: Readonly<Record<Status, number>>,
  coverage: number,
  ran: number,
  { strict = false, leastCoverage = LEAST_COVERAGE }: Checking,
): { readonly verdict: Whole; readonly exitCode: number } {
  if (counts.FAIL > 0) return { verdict: "FAIL", exitCode: 1 };
  if (counts.ERROR > 0) return { verdict: "ERROR", exitCode: 3 };
  if (ran === 0) return { verdict: "UNSUPPORTED", exitCode: NOTHING_SUPPORTED };
  if (counts.SUSPECT > 0) return { verdict: strict ? "FAIL" : "SUSPECT", exitCode: strict ? 1 : 4 };
  if (counts.INCONCLUSIVE > 0 || coverage < leastCoverage) return { verdict: "INCONCLUSIVE", exitCode: 5 };
  return { verdict: "PASS", exitCode: 0 };
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

/**
 * The hypothesis that explains most of the diagnosed cases and fails fewest of those that passed; among equals the
 * nearest.
 */
function likeliest(
  bank: ReadonlyMap<string, readonly Diagnosis[]>,
  mine: readonly SuiteCase[],
  reports: readonly CaseReport[],
): Report["diagnosis"] {
  const passed = new Set(
    reports.filter(({ verdict }) => verdict === "PASS" || verdict === "PASS-BOUND").map(({ id }) => id),
  );
  const contradictions = (id: string): number =>
    mine.filter(({ given, kills }) => passed.has(given.id) && kills?.includes(id)).length;
  const candidates = new Map<string, { readonly bug: string; explains: number; sum: number }>();
  for (const found of bank.values())
    for (const { id, bug, residual } of found) {
      const candidate = candidates.get(id) ?? { bug, explains: 0, sum: 0 };
      candidate.explains += 1;
      candidate.sum += residual;
      candidates.set(id, candidate);
    }
  const ranked = [...candidates]
    .map(([id, { bug, explains, sum }]) => ({
      id,
      bug,
      residual: sum / explains,
      explains,
      failed: bank.size,
      against: contradictions(id),
    }))
    .sort((a, b) => b.explains - b.against - (a.explains - a.against) || a.residual - b.residual);
  const [best] = ranked;
  if (!best) return undefined;
  const { against: _, ...rest } = best;
  return rest;
}
