// relukit/oracle: a kernel judged, in Node and in a browser.

export { type Case, type Input, outputShapes, pictureOf, type Tier } from "./case.ts";
export type { CaseReport } from "./case-report.ts";
export { coreCases } from "./cases/core.ts";
export { recipeCases } from "./cases/recipe.ts";
export {
  type Checking,
  check,
  declared,
  type Report,
  type SuiteCase,
  suiteOf,
  type Whole,
} from "./check.ts";
export { type Call, type Elements, functionKernel } from "./function-kernel.ts";
export { type Judgement, judge, type Verdict, type Wrong } from "./judge.ts";
export type { Declaration, Kernel, Outcome, Structure } from "./kernel.ts";
export { type Held, lawsHeld } from "./laws.ts";
export { type Alteration, machineKernel } from "./machine-kernel.ts";
export { modelOf } from "./model.ts";
export { CATALOGUE } from "./mutants/catalogue.ts";
export type { Mutant } from "./mutants/mutant.ts";
export { OPERATIONS } from "./operations.ts";
export { operatorKernel } from "./operator-kernel.ts";
export type { Attributes, Picture, View } from "./picture.ts";
export { document } from "./reports/json.ts";
export { junit } from "./reports/junit.ts";
export { markdown, tableText } from "./reports/table.ts";
export { tap } from "./reports/tap.ts";
export { shrunk } from "./shrink.ts";
export { readSuite, type Suite } from "./suite.ts";
export { gaugeOf, truthOf } from "./truth.ts";
