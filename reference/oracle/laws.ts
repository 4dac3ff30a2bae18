// What must hold of any kernel on any tensors, an author's own of whatever size: no truth is needed, two answers are
// compared. Where the order of a sum may change between them, both may be off by their bounds; elsewhere no bit may differ.
import type { Numbers } from "../tensor.ts";
import { type Case, pictureOf } from "./case.ts";
import { FORMATS } from "./float-formats.ts";
import type { Kernel, Outcome } from "./kernel.ts";
import { LAWS, type Law } from "./law.ts";
import { type Model, modelOf } from "./model.ts";
import { numbersIn } from "./picture.ts";
import { poisonOutputs } from "./poison.ts";
import { outcomeOf } from "./run.ts";
import { places } from "./trespass.ts";
import { type ByOutput, type Gauge, gaugeOf } from "./truth.ts";

/** Whether one law holds of a kernel on the tensors of a case. */
export interface Held {
  /** what the law says */
  readonly law: string;
  /** ERROR: a call that the law compares did not end well */
  readonly verdict: "HOLDS" | "BROKEN" | "ERROR";
  /** what was seen, where it does not hold */
  readonly sentence?: string;
}

/** Whether each law that speaks of the operator holds of the kernel on these tensors; without those it cannot run. */
export async function lawsHeld(
  kernel: Kernel,
  given: Case,
  onLaw: (held: Held, done: number, total: number) => void = () => {},
): Promise<readonly Held[]> {
  const { ops } = kernel.declaration;
  const mine = LAWS.filter(
    (law) => law.applies(given) && (ops === undefined || ops.includes(law.other(given).op)),
  );
  const found: Held[] = [];
  for (const [i, law] of mine.entries()) {
    const held = await heldBy(kernel, given, law);
    if (!held) continue;
    found.push(held);
    onLaw(held, i + 1, mine.length);
  }
  return found;
}

/** Two calls compared; nothing where the kernel does not do one of them. */
async function heldBy(kernel: Kernel, given: Case, law: Law): Promise<Held | undefined> {
  const [from, to] = [law.from?.(given) ?? given, law.other(given)];
  const [first, second] = [await answerTo(kernel, from), await answerTo(kernel, to)];
  for (const one of [first, second])
    if ("status" in one)
      return one.status === "unsupported"
        ? undefined
        : { law: law.name, verdict: "ERROR", sentence: one.message };
  if (!("answer" in first) || !("answer" in second)) return undefined;
  const allowed = allowance(law, to, modelOf(kernel.declaration, given.dtype));
  for (const [output, expected] of Object.entries(law.expected(first.answer, from))) {
    const sentence = difference(output, second.answer[output] ?? expected, expected, allowed);
    if (sentence) return { law: law.name, verdict: "BROKEN", sentence };
  }
  return { law: law.name, verdict: "HOLDS" };
}

/** How far an element of the second answer may be from what is expected of it. */
type Allowance = (output: string, i: number, expected: number) => number;

/** The bounds of both answers, or nothing; they are worked out when the first is asked for. */
function allowance({ differs }: Law, given: Case, model: Model): Allowance {
  let gauge: ByOutput<Gauge> | undefined;
  const { tiny } = FORMATS[given.dtype];
  const narrow = [model.accumulator, model.kept].some((format) => format.tiny > FORMATS.F32.tiny);
  return (output, i, expected) => {
    const fading = narrow || Math.abs(expected) < 4 * tiny;
    if (differs === "never" || (differs === "where numbers fade" && !fading)) return 0;
    gauge ??= gaugeOf(given, model);
    // four times the first answer is four times as far off, and no bound of it is above the second's
    return (differs === "by roundings" ? 2 : 5) * (gauge[output]?.bound[i] ?? 0);
  };
}

/** A sentence about the first element that is not as expected, if one is not. */
function difference(output: string, got: Numbers, expected: Numbers, allowed: Allowance): string | undefined {
  const off = [...expected.keys()].filter((i) => {
    const [a, b] = [got[i] ?? Number.NaN, expected[i] ?? Number.NaN];
    if (a === b || Object.is(a, b)) return false;
    const most = allowed(output, i, b);
    return most !== Infinity && !(Math.abs(a - b) <= most); // where one may overflow, anything goes
  });
  const [at] = off;
  if (at === undefined) return undefined;
  const most = allowed(output, at, expected[at] ?? 0);
  const within = most === 0 ? "that very number" : `it within ${most.toPrecision(3)}`;
  return `out.${output} element ${at} is ${got[at]} where the other call says ${expected[at]}; expected ${within}; wrong at ${places(off)}`;
}

async function answerTo(
  kernel: Kernel,
  given: Case,
): Promise<{ readonly answer: ByOutput<Numbers> } | Exclude<Outcome, { readonly status: "ok" }>> {
  const picture = pictureOf(given);
  poisonOutputs(picture, "nan");
  const outcome = await outcomeOf(kernel, picture);
  if (outcome.status !== "ok") return outcome;
  const outputs = picture.views.filter(({ name }) => name.startsWith("out."));
  return {
    answer: Object.fromEntries(outputs.map((view) => [view.name.slice(4), numbersIn(picture, view)])),
  };
}
