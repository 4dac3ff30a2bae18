// What a case is judged against, for a kernel of a model.
import type { Case } from "./case.ts";
import type { Expectation } from "./judge.ts";
import type { Model } from "./model.ts";
import { gaugeOf, truthOf } from "./truth.ts";
import { undecidedOf } from "./undecided.ts";

/** @param truth, gauge  where they are known already */
export const expectationOf = (
  given: Case,
  model: Model,
  truth = truthOf(given),
  gauge = gaugeOf(given, model),
): Expectation => ({
  truth,
  gauge,
  undecided: undecidedOf(given, model),
});
