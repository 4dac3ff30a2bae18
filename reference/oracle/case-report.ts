// One case of a suite: tried, and where it went wrong told in sentences, with the pattern and the likeliest bugs.
import { type Case, outputShapes } from "./case.ts";
import { type Diagnosis, hypotheses } from "./diagnosis.ts";
import { expectationOf } from "./expectation.ts";
import type { FloatDtype } from "./float-formats.ts";
import { type Status, type Trial, tryCase } from "./harness.ts";
import type { Expectation, Wrong } from "./judge.ts";
import type { Kernel, Outcome } from "./kernel.ts";
import { type Model, modelOf } from "./model.ts";
import { patternOf } from "./pattern.ts";
import type { ByOutput, Gauge, Truth } from "./truth.ts";

/** How a kernel did in one case: the verdict, how far off it was, and what is the matter. */
export interface CaseReport {
  readonly id: string;
  readonly op: string;
  readonly dtype: FloatDtype;
  readonly tier: Case["tier"];
  readonly verdict: Status;
  /** the greatest share of its bound that an element is off */
  readonly ratio: number;
  /** the same of what chance explains */
  readonly likelyRatio: number;
  /** what is the matter, each in a sentence */
  readonly problems: readonly string[];
  /** the first wrong element */
  readonly first?: Wrong;
  /** how many elements are wrong, in all outputs */
  readonly wrongElements: number;
  /** where the wrong elements of the first wrong output lie, where that is a pattern */
  readonly pattern?: string;
  /** the bug that explains it best, where it failed and was diagnosed */
  readonly diagnosis?: Diagnosis;
  /** how a run ended, where that was not ok */
  readonly outcome?: Outcome["status"];
  /** known to fail: whatever its verdict, the whole's does not depend on it */
  readonly known?: true;
  /** what trying it took; 0 where `check` was given no clock */
  readonly seconds: number;
}

/** A case, and what its suite knows of it: the bounds are those of a kernel that declares nothing. */
interface Known {
  readonly given: Case;
  readonly truth: ByOutput<Truth>;
  readonly gauge?: ByOutput<Gauge>;
}

export interface Attention {
  /** whether the catalogue's mutants are to answer the case too, if it fails */
  readonly diagnosing: boolean;
  readonly known: boolean;
  readonly now: () => number;
}

/** A report, and of a case that was diagnosed every bug that explains it. */
export interface Tried {
  readonly report: CaseReport;
  readonly found?: readonly Diagnosis[];
}

/** The kernel put through the case. */
export async function triedCase(
  kernel: Kernel,
  { given, truth, gauge }: Known,
  { diagnosing, known, now }: Attention,
): Promise<Tried> {
  const start = now();
  const model = modelOf(kernel.declaration, given.dtype);
  const expected = expectationOf(given, model, truth, declaresNothing(model, given) ? gauge : undefined);
  const sequence = (other: Case): Expectation => expectationOf(other, model);
  const trial = await tryCase(kernel, given, expected, given.sequence ? { sequence } : {});
  const found =
    trial.status === "FAIL" && diagnosing
      ? await hypotheses(trial, kernel.declaration, given, expected)
      : undefined;
  const report = { ...reportOf(given, trial, found?.[0]), seconds: now() - start };
  return { report: known ? { ...report, known } : report, ...(found && { found }) };
}

/** Whether the bounds that a suite keeps are those of the model. */
const declaresNothing = (model: Model, { dtype }: Case): boolean =>
  JSON.stringify(model) === JSON.stringify(modelOf({}, dtype));

function reportOf(given: Case, trial: Trial, diagnosis: Diagnosis | undefined): Omit<CaseReport, "seconds"> {
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
    ...(first && { first }),
    ...(pattern && { pattern }),
    ...(diagnosis && { diagnosis }),
    ...(trial.outcome && { outcome: trial.outcome }),
  };
}

const sentenceOf = ({ output, index, got, truth, bound }: Wrong): string => {
  const within = !Number.isFinite(truth)
    ? lostInfinity(got, truth)
    : bound === 0
      ? ", bit for bit"
      : ` within ${bound.toPrecision(3)}`;
  return `out.${output} element ${index} is ${shown(got)}; expected ${shown(truth)}${within}`;
};

const lostInfinity = (got: number, truth: number): string =>
  Number.isNaN(got) && !Number.isNaN(truth)
    ? ' (where sums are compensated, NaN is let pass: declare "structure":"compensated")'
    : "";

const shown = (x: number): string => (Object.is(x, -0) ? "-0" : String(x));
