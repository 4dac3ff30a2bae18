// Checkers that allow a fixed share of each element, and something besides: a constant for every sum, however long.
import type { FloatDtype } from "../float-formats.ts";
import { type Checker, eachElement } from "./checker.ts";

interface Tolerance {
  readonly relative: number;
  readonly absolute: number;
}

/** |x − y| ≤ absolute + relative · |y|; what is not finite has to be equal, and NaN equals nothing. */
export const close = (x: number, y: number, { relative, absolute }: Tolerance): boolean => {
  if (x === y) return true;
  const error = Math.abs(x - y);
  return Number.isFinite(error) && error <= absolute + relative * Math.abs(y);
};

const TORCH: Readonly<Record<FloatDtype, Tolerance>> = {
  F64: { relative: 1e-7, absolute: 1e-7 },
  F32: { relative: 1.3e-6, absolute: 1e-5 },
  F16: { relative: 1e-3, absolute: 1e-5 },
  BF16: { relative: 1.6e-2, absolute: 1e-5 },
};

/**
 * PyTorch's own tests and most tests of kernels: tolerances by type, NaN refused, as `equal_nan` is False by default.
 *
 * @see https://docs.pytorch.org/docs/stable/testing.html; pytorch torch/testing/_comparison.py, _DTYPE_PRECISIONS
 */
export const assertClose: Checker = {
  name: "assert_close",
  rule: "|got − expected| ≤ 1e-5 + r |expected|, r = 1.3e-6 (F32), 1e-3 (F16), 1.6e-2 (BF16); no NaN",
  source: "torch.testing.assert_close, its defaults",
  accepts: (answer) => eachElement(answer, (x, y) => close(x, y, TORCH[answer.given.dtype])),
};

const NUMPY: Tolerance = { relative: 1e-5, absolute: 1e-8 };

/**
 * NumPy's comparison: the same tolerances for every type, NaN refused, as `equal_nan` is False by default.
 *
 * @see https://numpy.org/doc/stable/reference/generated/numpy.allclose.html
 */
export const allclose: Checker = {
  name: "allclose",
  rule: "|got − expected| ≤ 1e-8 + 1e-5 |expected|; no NaN",
  source: "numpy.allclose, its defaults",
  accepts: (answer) => eachElement(answer, (x, y) => close(x, y, NUMPY)),
};

const HUNDREDTH: Tolerance = { relative: 1e-2, absolute: 1e-2 };

/**
 * KernelBench: a hundredth, absolute and relative, in every type; from its version 1 on 1e-4 in F32. Zeros pass where
 * outputs are small (its issue 165). It calls torch.allclose(expected, got): the share is one of what the kernel gave.
 *
 * @see KernelBench src/kernelbench/eval.py, get_tolerance_for_precision; src/eval.py before
 */
export const kernelBench: Checker = {
  name: "1e-2",
  rule: "|expected − got| ≤ 0.01 + 0.01 |got|; no NaN",
  source: "KernelBench",
  accepts: (answer) => eachElement(answer, (got, expected) => close(expected, got, HUNDREDTH)),
};
