// Several runs in the same memory: what depends on the memory, on the run, or on the call before.
import type { Case } from "./case.ts";
import { type Expectation, judge } from "./judge.ts";
import type { Kernel } from "./kernel.ts";
import { type Picture, viewOf, write } from "./picture.ts";
import { type Run, run } from "./run.ts";
import { type Misdeed, places } from "./trespass.ts";

/** What two runs that differ in their poison alone show, output by output. */
export async function compared(
  kernel: Kernel,
  picture: Picture,
  first: Run,
  second: Run,
  wrong: boolean,
): Promise<readonly Misdeed[]> {
  const found: Misdeed[] = [];
  let again: readonly Run[] | undefined;
  for (const output of Object.keys(first.answer)) {
    const unwritten = unwrittenIn(output, first, second);
    if (unwritten.length > 0) {
      const sentence = `out.${output} was not written at ${places(unwritten)}; expected every element`;
      found.push({ kind: "unwritten", sentence, indices: unwritten, output });
    }
    const differing = differences(first, second, output, new Set(unwritten));
    if (differing.length === 0) continue;
    // once more, in the other order: what depends on the poison differs again, what comes and goes does elsewhere
    again ??= [await run(kernel, picture, "numbers"), await run(kernel, picture, "nan")];
    const unsteady = repeated([second, first], again, output);
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

/** The elements that hold the poison of either run still. */
function unwrittenIn(output: string, first: Run, second: Run): readonly number[] {
  const left = new Set(second.unwritten[output]);
  return (first.unwritten[output] ?? []).filter((i) => left.has(i));
}

/** The elements in which two runs differ. */
function differences(
  a: Run,
  b: Run,
  output: string,
  but: ReadonlySet<number> = new Set(),
): readonly number[] {
  const [x, y] = [a.answer[output] ?? [], b.answer[output] ?? []];
  return [...x.keys()].filter((i) => !but.has(i) && !Object.is(x[i], y[i]));
}

/** The elements in which some run differs from its repetition. */
const repeated = (runs: readonly Run[], again: readonly Run[], output: string): readonly number[] =>
  [...new Set(runs.flatMap((one, i) => differences(one, again[i] ?? one, output)))].sort((a, b) => a - b);

/** Another call with other numbers in the same memory, then the first again: what was kept from either shows. */
export async function inSequence(
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
