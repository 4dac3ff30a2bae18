// What a mutant answers.
import assert from "node:assert/strict";
import { type Case, pictureOf } from "../../../reference/oracle/case.ts";
import type { Mutant } from "../../../reference/oracle/mutants/mutant.ts";
import { numbersIn } from "../../../reference/oracle/picture.ts";
import { poisonOutputs } from "../../../reference/oracle/poison.ts";

/** All outputs of the case, one after the other. Fails unless the mutant's run is ok. */
export async function answered(mutant: Mutant, given: Case): Promise<readonly number[]> {
  const picture = pictureOf(given);
  poisonOutputs(picture, "numbers");
  const outcome = await mutant.kernel({ name: mutant.id }).run(picture);
  assert.deepEqual(outcome, { status: "ok" }, `${mutant.id} on ${given.op}`);
  return picture.views
    .filter(({ name }) => name.startsWith("out."))
    .flatMap((view) => [...numbersIn(picture, view)]);
}
