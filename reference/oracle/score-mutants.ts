// The scoreboard's first half: which of the catalogue's bugs each judge finds.
import type { Case } from "./case.ts";
import type { Checker } from "./checkers/checker.ts";
import { expectationOf } from "./expectation.ts";
import { tryCase } from "./harness.ts";
import type { Expectation } from "./judge.ts";
import { modelOf } from "./model.ts";
import type { Mutant } from "./mutants/mutant.ts";
import { oneCall, PLAIN, type ScoreCase, sameBits } from "./score-case.ts";

/** Who found a mutant. */
export interface Found {
  readonly ours: boolean;
  readonly checkers: ReadonlySet<Checker>;
}

/**
 * The judges that find the mutant in some case: ours by all that the harness does, each checker where it refuses the
 * answer of one call and accepts a right kernel's.
 *
 * An answer with the bits of a right kernel's is shown to nobody, and a judge that has found the bug sees no more of it.
 */
export async function whoFinds(
  mutant: Mutant,
  cases: readonly ScoreCase[],
  checkers: readonly Checker[],
): Promise<Found> {
  const found = new Set<Checker>();
  let ours = false;
  for (const one of cases) {
    if (ours && found.size === checkers.length) break;
    const got = await oneCall(mutant.kernel(PLAIN), one.given);
    const differs = !sameBits(got, one.right);
    if (!ours && (differs || mutant.inMemory)) ours = await weFind(mutant, one);
    if (!differs) continue;
    for (const checker of checkers)
      if (!found.has(checker) && one.trusted.has(checker) && !checker.accepts({ ...one, got }))
        found.add(checker);
  }
  return { ours, checkers: found };
}

async function weFind(mutant: Mutant, { given, truth }: ScoreCase): Promise<boolean> {
  const model = modelOf(PLAIN, given.dtype);
  const sequence = (other: Case): Expectation => expectationOf(other, model);
  const expected = expectationOf(given, model, truth);
  const trial = await tryCase(mutant.kernel(PLAIN), given, expected, given.sequence ? { sequence } : {});
  return trial.status === "FAIL";
}
