// The six checkers that this oracle is measured against.
import type { Checker } from "./checker.ts";
import { meanSquare } from "./mean-square.ts";
import { allclose, assertClose, kernelBench } from "./tolerances.ts";
import { twiceReference } from "./twice-reference.ts";
import { ulpTable } from "./ulp-table.ts";

export const CHECKERS: readonly Checker[] = [
  assertClose,
  allclose,
  kernelBench,
  meanSquare,
  twiceReference,
  ulpTable,
];
