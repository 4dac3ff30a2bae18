// A kernel put through a case: what it computes, and what it does to memory that is not its own.
import type { Numbers } from "../tensor.ts";
import { type Case, pictureOf } from "./case.ts";
import { type Expectation, graver, type Judgement, judge, type Verdict, type Wrong } from "./judge.ts";
import type { Kernel, Outcome } from "./kernel.ts";
import { compared, inSequence } from "./repetition.ts";
import { type Run, run, Stopped } from "./run.ts";
import type { Misdeed } from "./trespass.ts";
import type { ByOutput } from "./truth.ts";

export type Status = Verdict | "UNSUPPORTED" | "ERROR";

export interface Trial {
  readonly status: Status;
  readonly ratio: number;
  readonly likelyRatio: number;
  readonly wrong: readonly Wrong[];
  readonly misdeeds: readonly Misdeed[];
  /** of an ERROR, or of what is not supported */
  readonly message?: string;
  readonly outcome?: Outcome["status"];
  /** what it answered the first time */
  readonly answer?: ByOutput<Numbers>;
}

/** How thoroughly. */
export interface Thoroughness {
  /** another call in the same memory between two of these, to find what is kept from call to call */
  readonly sequence?: (given: Case) => Expectation;
}

/** The case tried: over two poisons, and where asked for, in a sequence with another. */
export async function tryCase(
  kernel: Kernel,
  given: Case,
  expected: Expectation,
  { sequence }: Thoroughness = {},
): Promise<Trial> {
  const picture = pictureOf(given);
  try {
    const first = await run(kernel, picture, "nan");
    const second = await run(kernel, picture, "numbers");
    const judgements = [first, second].map(({ answer }) => judge(given, answer, expected));
    const wrong = judgements.some((judgement) => judgement.wrong.length > 0);
    const differences = await compared(kernel, picture, first, second, wrong);
    const misdeeds = [...first.misdeeds, ...second.misdeeds, ...differences];
    // what is wrong by itself proves nothing about what is kept
    const right = misdeeds.length === 0 && !wrong;
    const later =
      sequence && right ? await inSequence(kernel, given, picture, expected, sequence) : undefined;
    return summed(first, judgements, [...misdeeds, ...(later ?? [])]);
  } catch (error) {
    if (!(error instanceof Stopped)) throw error;
    const { status, message } = error.outcome;
    return {
      status: status === "unsupported" ? "UNSUPPORTED" : "ERROR",
      outcome: status,
      message,
      ratio: 0,
      likelyRatio: 0,
      wrong: [],
      misdeeds: [],
    };
  }
}

function summed(first: Run, judgements: readonly Judgement[], misdeeds: readonly Misdeed[]): Trial {
  const verdict = judgements.map((j) => j.verdict).reduce(graver, misdeeds.length > 0 ? "FAIL" : "PASS");
  const worst = judgements.find((j) => j.wrong.length > 0) ?? judgements[0];
  return {
    status: verdict,
    ratio: Math.max(...judgements.map((j) => j.ratio)),
    likelyRatio: Math.max(...judgements.map((j) => j.likelyRatio)),
    wrong: worst?.wrong ?? [],
    misdeeds: distinct(misdeeds),
    answer: first.answer,
  };
}

const distinct = (misdeeds: readonly Misdeed[]): readonly Misdeed[] => [
  ...new Map(misdeeds.map((m) => [m.sentence, m])).values(),
];
