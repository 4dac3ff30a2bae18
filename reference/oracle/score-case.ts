// A case as the scoreboard needs it: what is expected, once for all judges, and one call of a kernel.
import type { Numbers } from "../tensor.ts";
import { type Case, pictureOf } from "./case.ts";
import { type Answer, type Checker, expectedOf } from "./checkers/checker.ts";
import type { FloatDtype } from "./float-formats.ts";
import type { Declaration, Kernel } from "./kernel.ts";
import { machineKernel } from "./machine-kernel.ts";
import { numbersIn } from "./picture.ts";
import { type ByOutput, type Truth, truthOf } from "./truth.ts";

export interface ScoreCase extends Omit<Answer, "got"> {
  readonly truth: ByOutput<Truth>;
  /** what a plain kernel gives that is right */
  readonly right: ByOutput<Numbers>;
  /** the checkers that accept it: of the others, a refusal here says nothing */
  readonly trusted: ReadonlySet<Checker>;
}

export const PLAIN: Declaration = { name: "a right kernel" };

const SAME_ACCUMULATOR: Readonly<Record<FloatDtype, "f64" | "f32" | "f16" | "bf16">> = {
  F64: "f64",
  F32: "f32",
  F16: "f16",
  BF16: "bf16",
};

export async function scoreCase(given: Case, checkers: readonly Checker[]): Promise<ScoreCase> {
  const truth = truthOf(given);
  const expected = expectedOf(given, truth);
  const right = await oneCall(machineKernel(PLAIN), given);
  const accumulator = SAME_ACCUMULATOR[given.dtype];
  const lowPrecision = await oneCall(machineKernel({ ...PLAIN, accumulator }), given);
  const answer: Answer = { given, got: right, expected, lowPrecision };
  const trusted = new Set(checkers.filter((checker) => checker.accepts(answer)));
  return { given, truth, expected, lowPrecision, right, trusted };
}

/** What a kernel gives that is called once, over outputs full of zeros, as fresh memory is. */
export async function oneCall(kernel: Kernel, given: Case): Promise<ByOutput<Numbers>> {
  const picture = pictureOf(given);
  await kernel.run(picture);
  const outputs = picture.views.filter(({ name }) => name.startsWith("out."));
  return Object.fromEntries(outputs.map((view) => [view.name.slice(4), numbersIn(picture, view)]));
}

/** Whether two answers have the same bits, but for the bits of NaN. */
export const sameBits = (a: ByOutput<Numbers>, b: ByOutput<Numbers>): boolean =>
  Object.entries(a).every(([output, x]) => x.every((value, i) => Object.is(value, b[output]?.[i])));
