// A kernel put through a case: what it computes, and what it does to memory that is not its own.
import type { Numbers } from "../tensor.ts";
import { type Case, pictureOf } from "./case.ts";
import { type Expectation, graver, type Judgement, judge, type Verdict, type Wrong } from "./judge.ts";
import type { Kernel, Outcome } from "./kernel.ts";
import { numbersIn, type Picture, type View, viewOf, write } from "./picture.ts";
import { type Poison, poisonOutputs, untouched } from "./poison.ts";
import { type Misdeed, places, restored, trespasses } from "./trespass.ts";
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

/** One run over outputs full of that poison, in the memory of the picture. */
interface Run {
  readonly answer: ByOutput<Numbers>;
  readonly unwritten: ByOutput<readonly number[]>;
  readonly misdeeds: readonly Misdeed[];
}

class Stopped extends Error {
  readonly outcome: Exclude<Outcome, { readonly status: "ok" }>;
  constructor(outcome: Exclude<Outcome, { readonly status: "ok" }>) {
    super(outcome.message);
    this.outcome = outcome;
  }
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

async function run(kernel: Kernel, picture: Picture, poison: Poison): Promise<Run> {
  poisonOutputs(picture, poison);
  const before = picture.bytes.slice();
  const outcome = await kernel.run(picture);
  if (outcome.status !== "ok") throw new Stopped(outcome);
  const outputs = picture.views.filter(({ name }) => name.startsWith("out."));
  const byName = <X>(f: (view: View) => X): ByOutput<X> =>
    Object.fromEntries(outputs.map((view) => [view.name.slice(4), f(view)]));
  const misdeeds = trespasses(picture, before);
  picture.bytes.set(restored(picture, before));
  return {
    answer: byName((view) => numbersIn(picture, view)),
    unwritten: byName((view) => untouched(picture, view, poison)),
    misdeeds,
  };
}

/** Two runs that differ in their poison alone; two more tell whether it is the poison. */
async function compared(
  kernel: Kernel,
  picture: Picture,
  first: Run,
  second: Run,
  wrong: boolean,
): Promise<readonly Misdeed[]> {
  const found: Misdeed[] = [];
  let again: readonly Run[] | undefined;
  for (const [output, a] of Object.entries(first.answer)) {
    const b = second.answer[output] ?? a;
    const left = new Set(second.unwritten[output]);
    const unwritten = (first.unwritten[output] ?? []).filter((i) => left.has(i));
    if (unwritten.length > 0) {
      const sentence = `out.${output} was not written at ${places(unwritten)}; expected every element`;
      found.push({ kind: "unwritten", sentence, indices: unwritten, output });
    }
    const skipped = new Set(unwritten);
    const differing = [...a.keys()].filter((i) => !skipped.has(i) && !Object.is(a[i], b[i]));
    if (differing.length === 0) continue;
    again ??= [await run(kernel, picture, "nan"), await run(kernel, picture, "nan")];
    const others = again.map(({ answer }) => answer[output] ?? a);
    const unsteady = [...a.keys()].filter((i) => others.some((other) => !Object.is(a[i], other[i])));
    if (unsteady.length === 0) {
      const sentence = `out.${output} depends on what it held before, at ${places(differing)}; expected it to be written only`;
      found.push({ kind: "reads its output", sentence, indices: differing, output });
    } else if (wrong || kernel.declaration.deterministic === true) {
      const sentence = `out.${output} differs from run to run at ${places(unsteady)}; expected the same bits each time`;
      found.push({ kind: "not repeatable", sentence, indices: unsteady, output });
    }
  }
  return found;
}

/** Another call with other numbers in the same memory, then the first again: what was kept from either shows. */
async function inSequence(
  kernel: Kernel,
  given: Case,
  picture: Picture,
  expected: Expectation,
  expectationOf: (given: Case) => Expectation,
): Promise<readonly Misdeed[]> {
  const other = mirrored(given);
  const wanted = expectationOf(other);
  const found: Misdeed[] = [];
  const put = ({ inputs }: Case): void => {
    for (const [name, { numbers }] of Object.entries(inputs)) {
      const view = viewOf(picture, `in.${name}`);
      if (view) write(picture, view, numbers);
    }
  };
  const attempt = async (call: Case, against: Expectation, which: string): Promise<void> => {
    put(call);
    const { answer } = await run(kernel, picture, "nan");
    const { wrong } = judge(call, answer, against);
    if (wrong.length === 0) return;
    const indices = wrong.map(({ index }) => index);
    const sentence = `${which} in the same memory with other numbers is wrong at ${places(indices)}; expected nothing kept from call to call`;
    found.push({ kind: "stale", sentence, indices, output: wrong[0]?.output ?? "" });
  };
  await attempt(other, wanted, "a second call");
  await attempt(given, expected, "a third call");
  return found;
}

/** The case with the numbers of every input in reverse: other numbers of the same kind. */
export const mirrored = (given: Case): Case => ({
  ...given,
  inputs: Object.fromEntries(
    Object.entries(given.inputs).map(([name, input]) => [
      name,
      { ...input, numbers: input.numbers.slice().reverse() },
    ]),
  ),
});
