// Cases that the laws are asked of.
import type { Case, Input } from "../../../reference/oracle/case.ts";
import type { FloatDtype } from "../../../reference/oracle/float-formats.ts";
import { stream } from "../../../reference/random.ts";
import { caseOf, smallCases, tensor } from "./arithmetic/small-cases.ts";

/** A plain layer without a shift, beside the small cases: twice its input is twice its answer. */
export function cases(dtype: FloatDtype, seed: number, scale: number): readonly Case[] {
  const draw = stream(seed, "layers");
  const t = (...shape: readonly number[]): Input => tensor(dtype, shape, () => scale * draw.normal());
  const relu = { f: { kind: "relu", shift: 0 }, skip: true };
  return [
    ...smallCases(dtype, seed, (d) => scale * d.normal()),
    caseOf("feedForward", dtype, { x: t(3, 7), up: t(7, 9), down: t(9, 7), downBias: t(7) }, relu),
    caseOf("gatedFeedForward", dtype, { x: t(3, 7), gate: t(7, 9), up: t(9, 7), down: t(9, 7) }, relu),
  ];
}
