// Which mutants a case tells from a right kernel, by a margin: what makes a suite fit to judge by.
import type { Numbers } from "../tensor.ts";
import { plainManner } from "./arithmetic/machine.ts";
import type { Case } from "./case.ts";
import { answerOf } from "./diagnosis.ts";
import { expectationOf } from "./expectation.ts";
import { tryCase } from "./harness.ts";
import { type Expectation, judge } from "./judge.ts";
import type { Declaration } from "./kernel.ts";
import { machineKernel } from "./machine-kernel.ts";
import { modelOf } from "./model.ts";
import type { Mutant } from "./mutants/mutant.ts";
import type { ByOutput } from "./truth.ts";

/** A mutant whose worst element is fewer bounds away might pass in another order. */
const MARGIN = 4;

const DECLARED: Declaration = { name: "a right kernel" };

/** The ids of the mutants that the case kills, whatever order they add in. */
export async function killsOf(
  given: Case,
  expected: Expectation,
  mutants: readonly Mutant[],
): Promise<readonly string[]> {
  const right = await answerOf(
    { id: "", bug: "", witness: "", kernel: (declaration) => machineKernel(declaration, plainManner) },
    DECLARED,
    given,
  );
  const killed: string[] = [];
  for (const mutant of mutants) if (await kills(mutant, given, expected, right)) killed.push(mutant.id);
  return killed;
}

async function kills(
  mutant: Mutant,
  given: Case,
  expected: Expectation,
  right: ByOutput<Numbers>,
): Promise<boolean> {
  if (mutant.inMemory) {
    const model = modelOf(DECLARED, given.dtype);
    const sequence = (other: Case): Expectation => expectationOf(other, model);
    const trial = await tryCase(mutant.kernel(DECLARED), given, expected, given.sequence ? { sequence } : {});
    return trial.status === "FAIL";
  }
  const answer = await answerOf(mutant, DECLARED, given);
  if (same(answer, right)) return false;
  const { wrong } = judge(given, answer, expected);
  return wrong.some(({ got, truth, bound }) => !(Math.abs(got - truth) <= MARGIN * bound));
}

const same = (a: ByOutput<Numbers>, b: ByOutput<Numbers>): boolean =>
  Object.entries(a).every(([name, x]) => x.every((value, i) => Object.is(value, b[name]?.[i])));
