// How others decide whether a kernel is right: by comparing the numbers of one call with those expected.
import type { Numbers } from "../../tensor.ts";
import type { Case } from "../case.ts";
import { FORMATS, roundedTo } from "../float-formats.ts";
import type { ByOutput, Truth } from "../truth.ts";

/** What a checker is shown of one call. */
export interface Answer {
  readonly given: Case;
  /** what the kernel gave, row after row */
  readonly got: ByOutput<Numbers>;
  /** the truth, each element rounded to the type of the case: what a test of that type compares with */
  readonly expected: ByOutput<Numbers>;
  /** what a plain kernel gives that keeps its sums in the type of the case */
  readonly lowPrecision: ByOutput<Numbers>;
}

/** A rule that a kernel's answer is held to. */
export interface Checker {
  readonly name: string;
  /** in one line */
  readonly rule: string;
  /** where the rule stands */
  readonly source: string;
  accepts(answer: Answer): boolean;
}

/** The truth as numbers of the type. */
export const expectedOf = ({ dtype }: Case, truth: ByOutput<Truth>): ByOutput<Numbers> =>
  Object.fromEntries(
    Object.entries(truth).map(([output, { hi }]) => [output, hi.map((x) => roundedTo(FORMATS[dtype], x))]),
  );

/** Whether the rule holds for every output: what was got, what is expected, and what the output is called. */
export const eachOutput = (
  { got, expected }: Pick<Answer, "got" | "expected">,
  rule: (got: Numbers, expected: Numbers, output: string) => boolean,
): boolean =>
  Object.entries(expected).every(([output, wanted]) => {
    const found = got[output];
    if (!found || found.length !== wanted.length)
      throw new RangeError(
        `accepts: ${output} has ${found?.length ?? 0} elements; expected ${wanted.length}, as the truth has`,
      );
    return rule(found, wanted, output);
  });

/** The same for every element. */
export const eachElement = (
  answer: Pick<Answer, "got" | "expected">,
  rule: (got: number, expected: number) => boolean,
): boolean =>
  eachOutput(answer, (got, expected) => expected.every((wanted, i) => rule(got[i] ?? Number.NaN, wanted)));
