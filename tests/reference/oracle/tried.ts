// A small product, a right kernel of it, kernels that do one thing more, and all of them tried.
import assert from "node:assert/strict";
import type { Case } from "../../../reference/oracle/case.ts";
import { expectationOf } from "../../../reference/oracle/expectation.ts";
import { type Trial, tryCase } from "../../../reference/oracle/harness.ts";
import type { Declaration, Kernel } from "../../../reference/oracle/kernel.ts";
import { machineKernel } from "../../../reference/oracle/machine-kernel.ts";
import { modelOf } from "../../../reference/oracle/model.ts";
import { type Picture, type View, viewOf } from "../../../reference/oracle/picture.ts";
import { caseOf, tensor } from "./arithmetic/small-cases.ts";

export const declaration: Declaration = { name: "tried", dtypes: ["F32"] };
const numbers = (...shape: readonly number[]) => tensor("F32", shape, (i) => ((i * 7) % 11) / 8 - 0.7);
export const linear: Case = {
  ...caseOf("linear", "F32", { x: numbers(3, 5), w: numbers(5, 6) }),
  layout: { y: { pitch: 8 } },
};

export const right = machineKernel(declaration);
export const view = (picture: Picture, name: string): View => {
  const found = viewOf(picture, name);
  assert.ok(found);
  return found;
};
/** A right kernel that does one thing more; `before` is the memory as it was. */
export const and = (
  after: (picture: Picture, before: Picture) => void,
  said: Partial<Declaration> = {},
): Kernel => ({
  declaration: { ...declaration, ...said },
  run: async (picture) => {
    const before = { ...picture, bytes: picture.bytes.slice() };
    const outcome = await right.run(picture);
    after(picture, before);
    return outcome;
  },
});

export const tried = (kernel: Kernel, given = linear): Promise<Trial> => {
  const model = modelOf(kernel.declaration, given.dtype);
  const sequence = (other: Case) => expectationOf(other, model);
  return tryCase(kernel, given, expectationOf(given, model), given.sequence ? { sequence } : {});
};

export const misdeeds = ({ misdeeds: found }: Trial): readonly string[] =>
  found.map(({ kind, sentence }) => `${kind}: ${sentence}`);
