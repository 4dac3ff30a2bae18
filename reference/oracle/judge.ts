// An answer against the truth, element by element: which is too far, and what the whole is worth.
import type { Numbers } from "../tensor.ts";
import type { Case } from "./case.ts";
import { FORMATS, stepAt } from "./float-formats.ts";
import type { ByOutput, Gauge, Truth } from "./truth.ts";
import { type Undecided, unexplained } from "./undecided.ts";

/**
 * PASS: nearer than chance explains. PASS-BOUND: within what is proven, no more. SUSPECT: within it, but farther than
 * chance on numbers that are random. INCONCLUSIVE: within a bound so wide that it says nothing. FAIL: beyond it.
 */
export type Verdict = "PASS" | "PASS-BOUND" | "SUSPECT" | "INCONCLUSIVE" | "FAIL";

const BY_WEIGHT: readonly Verdict[] = ["PASS", "PASS-BOUND", "INCONCLUSIVE", "SUSPECT", "FAIL"];

/** The graver of two. */
export const graver = (a: Verdict, b: Verdict): Verdict =>
  BY_WEIGHT.indexOf(a) >= BY_WEIGHT.indexOf(b) ? a : b;

/** An element that is wrong. */
export interface Wrong {
  readonly output: string;
  /** of the element, row after row */
  readonly index: number;
  readonly got: number;
  readonly truth: number;
  /** how far it may be from the truth; NaN where a special value is wanted */
  readonly bound: number;
}

/** An answer judged against the truth: the verdict, how far off it is, and which elements are wrong. */
export interface Judgement {
  readonly verdict: Verdict;
  /** the greatest share of its bound that an element is off; Infinity where a bound is 0 and the bits differ */
  readonly ratio: number;
  /** the same of what chance explains */
  readonly likelyRatio: number;
  readonly wrong: readonly Wrong[];
}

/** What an answer is judged against. */
export interface Expectation {
  readonly truth: ByOutput<Truth>;
  readonly gauge: ByOutput<Gauge>;
  /** neurons that may be on either side of a threshold */
  readonly undecided?: Undecided | undefined;
}

/** The answer of a kernel judged; every output of the case must be there. */
export function judge(
  given: Case,
  answer: ByOutput<Numbers>,
  { truth, gauge, undecided }: Expectation,
): Judgement {
  const judgements = Object.entries(truth).map(([output, wanted]) => {
    const [got, allowed] = [answer[output], gauge[output]];
    if (!got || !allowed) throw new RangeError(`judge: the answer has no ${output}; expected every output`);
    return judgeOutput(given, output, got, wanted, allowed);
  });
  const wrong = judgements.flatMap((one) => one.wrong);
  const choice = undecided && wrong.length === 0 ? chosen(undecided, answer, truth) : undefined;
  return {
    verdict: judgements.map(({ verdict }) => verdict).reduce(graver, choice?.verdict ?? "PASS"),
    ratio: Math.max(0, ...judgements.map(({ ratio }) => ratio)),
    likelyRatio: Math.max(0, ...judgements.map(({ likelyRatio }) => likelyRatio)),
    wrong: choice?.wrong ?? wrong,
  };
}

/** An answer that is within the jumps: it has to be that of some choice of the undecided neurons. */
function chosen(
  undecided: Undecided,
  { y = [] }: { readonly y?: Numbers | readonly never[] },
  { y: truth }: ByOutput<Truth>,
): Pick<Judgement, "verdict" | "wrong"> {
  const t = unexplained(undecided, Float64Array.from(y));
  if (t === undefined) return { verdict: "PASS-BOUND", wrong: [] };
  const row = undecided.get(t);
  const index = t * (row?.shut.length ?? 0);
  const wrong = {
    output: "y",
    index,
    got: y[index] ?? 0,
    truth: truth?.hi[index] ?? 0,
    bound: row?.bound[0] ?? 0,
  };
  return { verdict: "FAIL", wrong: [wrong] };
}

const VACUOUS = 0.1; // of an output's root mean square: a bound beyond it says nothing

function judgeOutput(given: Case, output: string, got: Numbers, truth: Truth, gauge: Gauge): Judgement {
  const wrong: Wrong[] = [];
  let [verdict, ratio, likelyRatio]: [Verdict, number, number] = ["PASS", 0, 0];
  const size = rms(truth.hi);
  const pinned = positiveZeros(given);
  for (let i = 0; i < truth.hi.length; i++) {
    const [value, wanted, bound] = [got[i] ?? Number.NaN, truth.hi[i] ?? 0, gauge.bound[i] ?? 0];
    if (Number.isNaN(value) && gauge.mayBeNaN?.has(i)) continue;
    const share = special(given, value, wanted, bound) ?? {
      error: Math.abs(value - wanted - (truth.lo[i] ?? 0)),
    };
    const off = "error" in share ? share.error : share.right ? 0 : Infinity;
    if (off === Infinity || !(off <= bound) || (pinned(i) && Object.is(value, -0))) {
      wrong.push({ output, index: i, got: value, truth: wanted, bound });
      verdict = "FAIL";
    } else if ("error" in share) {
      const likely = gauge.likely[i] ?? 0;
      if (off > likely) verdict = graver(verdict, beyondChance(given, bound, size));
      if (off > 0) likelyRatio = Math.max(likelyRatio, off / likely);
    } else if (share.unsure && given.tier !== "special") verdict = graver(verdict, "INCONCLUSIVE");
    if (off > 0) ratio = Math.max(ratio, bound > 0 ? off / bound : Infinity);
  }
  return { verdict, ratio, likelyRatio, wrong };
}

const beyondChance = (given: Case, bound: number, size: number): Verdict => {
  if (given.random) return "SUSPECT";
  return given.tier === "bounded" && bound > VACUOUS * size ? "INCONCLUSIVE" : "PASS-BOUND";
};

/** Where NaN, an infinity or a number next to overflow is wanted or given: whether it is right; else nothing. */
function special(
  { dtype }: Case,
  got: number,
  wanted: number,
  bound: number,
): { readonly right: boolean; readonly unsure?: boolean } | undefined {
  if (Number.isNaN(wanted)) return { right: Number.isNaN(got) };
  if (bound === Infinity) return { right: true, unsure: true };
  if (!Number.isFinite(wanted)) return { right: got === wanted };
  const { max } = FORMATS[dtype];
  const edge = max + stepAt(FORMATS[dtype], max) / 2; // from here on a result rounds to infinity
  if (Math.abs(got) === Infinity) return { right: Math.sign(got) * wanted + bound >= edge };
  if (Math.abs(wanted) - bound >= edge) return { right: false };
  return Number.isNaN(got) ? { right: false } : undefined;
}

const RECTIFIERS: ReadonlySet<unknown> = new Set(["relu", "relu-squared", "fatrelu", "fatrelu-strict"]);

/**
 * Where −0 is wrong: behind a rectifier, for x below its shift, and where +0 is copied. Elsewhere the sign of a zero is
 * free.
 */
function positiveZeros({ op, attributes, inputs }: Case): (i: number) => boolean {
  const f = attributes["f"] as { kind?: string; shift?: number } | undefined;
  if (op !== "activate" || !RECTIFIERS.has(f?.kind)) return () => false;
  const [x, shift] = [inputs["x"]?.numbers, f?.shift ?? 0];
  return (i) => (x?.[i] ?? 0) < shift;
}

const rms = (x: Float64Array): number => {
  const finite = x.filter(Number.isFinite);
  return Math.sqrt(finite.reduce((sum, value) => sum + value * value, 0) / Math.max(1, finite.length));
};
