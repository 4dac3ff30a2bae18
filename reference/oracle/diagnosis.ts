// Which bug it is likeliest to be: the catalogue's mutants answer the case too, and the one whose answer is nearest to
// the kernel's is named, with how near it came.
import type { Numbers } from "../tensor.ts";
import { plainManner } from "./arithmetic/machine.ts";
import { type Case, pictureOf } from "./case.ts";
import { FORMATS, stepAt } from "./float-formats.ts";
import type { Trial } from "./harness.ts";
import { type Expectation, judge } from "./judge.ts";
import type { Declaration } from "./kernel.ts";
import { CATALOGUE, CHEATS } from "./mutants/catalogue.ts";
import type { Mutant } from "./mutants/mutant.ts";
import { numbersIn, viewOf } from "./picture.ts";
import { poisonOutputs } from "./poison.ts";
import type { Misdeed } from "./trespass.ts";
import type { ByOutput } from "./truth.ts";

export interface Diagnosis {
  /** of the catalogue */
  readonly id: string;
  readonly bug: string;
  /** how far the mutant's answer is from the kernel's, as a share of the bounds; 0 for what was seen and not compared */
  readonly residual: number;
}

const BY_MISDEED: Readonly<Partial<Record<Misdeed["kind"], string>>> = {
  "changes an input": "M46",
  "writes outside": "M46/past",
  stale: "M08",
  "not repeatable": "M26/sometimes",
  "reads its output": "M12",
};

const named = (id: string): Diagnosis => {
  const mutant = [...CATALOGUE, ...CHEATS].find((one) => one.id === id);
  return { id, bug: mutant?.bug ?? id, residual: 0 };
};

/** What a misdeed says by itself; where elements were not written, their places. */
function byMisdeed({ misdeeds }: Trial, given: Case): Diagnosis | undefined {
  const known = misdeeds.map(({ kind }) => BY_MISDEED[kind]).find((id) => id !== undefined);
  if (known) return named(known); // a zero added to a poison that stays is no tail that was left out
  for (const { kind, indices, output } of misdeeds) {
    if (kind === "unwritten" && output !== undefined) {
      const view = viewOf(pictureOf(given), `out.${output}`);
      const columns = view?.shape.at(-1) ?? 1;
      const size = (view?.shape ?? []).reduce((a, b) => a * b, 1);
      if (indices.length === size && size > 0 && misdeeds.length > 0) return named("M05");
      const tail = columns - (columns % 4);
      return named(indices.every((i) => i % columns >= tail) ? "M03" : "M04");
    }
  }
  return undefined;
}

/** What a mutant answers to the case, over outputs that hold poison. */
export async function answerOf(
  mutant: Mutant,
  declaration: Declaration,
  given: Case,
): Promise<ByOutput<Numbers>> {
  const picture = pictureOf(given);
  poisonOutputs(picture, "nan");
  await mutant.kernel(declaration, plainManner).run(picture);
  return Object.fromEntries(
    picture.views
      .filter(({ name }) => name.startsWith("out."))
      .map((view) => [view.name.slice(4), numbersIn(picture, view)]),
  );
}

/** The greatest distance between two answers, as a share of what is allowed there. */
export function residual(
  a: ByOutput<Numbers>,
  b: ByOutput<Numbers>,
  given: Case,
  { gauge }: Expectation,
): number {
  let worst = 0;
  for (const [output, x] of Object.entries(a)) {
    const y = b[output] ?? x;
    for (let i = 0; i < x.length; i++) {
      const [p, q] = [x[i] ?? 0, y[i] ?? 0];
      if (Object.is(p, q) || (p === q && p !== 0)) continue;
      if (!Number.isFinite(p) || !Number.isFinite(q)) return Infinity;
      const size = Math.max(Math.abs(p), Math.abs(q));
      const step = p === q ? Infinity : size === 0 ? 0 : stepAt(FORMATS[given.dtype], size);
      const allowed = Math.max(gauge[output]?.bound[i] ?? 0, step);
      worst = Math.max(worst, p === q ? 1 : Math.abs(p - q) / allowed);
    }
  }
  return worst;
}

/** Every mutant that explains the case, nearest first; a mutant that answers the case rightly explains nothing. */
export async function hypotheses(
  trial: Trial,
  declaration: Declaration,
  given: Case,
  expected: Expectation,
): Promise<readonly Diagnosis[]> {
  const seen = byMisdeed(trial, given);
  if (seen) return [seen];
  const { answer } = trial;
  if (!answer) return [];
  const found: Diagnosis[] = [];
  for (const mutant of [...CATALOGUE, ...CHEATS]) {
    const other = await answerOf(mutant, declaration, given);
    if (judge(given, other, expected).wrong.length === 0) continue;
    const share = residual(answer, other, given, expected);
    if (share < EXPLAINS) found.push({ id: mutant.id, bug: mutant.bug, residual: share });
  }
  return found.sort((a, b) => a.residual - b.residual);
}

/** A right kernel and the mutant's machine are each within the bounds of what the bug gives: two, at most, apart. */
const EXPLAINS = 2;
