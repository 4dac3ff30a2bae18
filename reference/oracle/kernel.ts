// What is judged: something that runs one operator on a picture of memory, and says beforehand what it can do.
import type { FloatDtype } from "./float-formats.ts";
import type { Picture } from "./picture.ts";

/** How the terms of a sum are added up; where an author says nothing, any order. */
export type Structure =
  | "any"
  | "sequential"
  | "fma"
  | "tree"
  /** what additions lose is added in the end: an infinite sum may then be NaN */
  | "compensated"
  | `lanes:${number}`
  | `block:${number}`;

/** What a kernel says of itself; each field but the name has a default. Bounds follow from it, so it is part of a verdict. */
export interface Declaration {
  readonly name: string;
  readonly version?: string;
  /** the operators it has, by their names in operations.ts; all, where it says nothing */
  readonly ops?: readonly string[];
  /** the element types it takes; F32 where it says nothing */
  readonly dtypes?: readonly FloatDtype[];
  /** what sums are kept in: f64 for F64, else f32; "tc-fp32": as tensor cores do, truncating */
  readonly accumulator?: "f64" | "f32" | "f16" | "bf16" | "tc-fp32";
  readonly structure?: Structure;
  /** what intermediates of one operator (scores, hidden activations) are rounded to; the accumulator's type by default */
  readonly intermediate?: FloatDtype;
  /** inputs of products are cut to 11 significant bits */
  readonly inputs?: "tf32";
  /** subnormal numbers may be taken for zero */
  readonly flushesSubnormals?: boolean;
  /** exp and its kin: within 4 roundings of a result, or 32 */
  readonly functions?: "accurate" | "fast";
  /** gelu as x/2 · (1 + erf): its negative tail is lost, and may be; silu as x/2 · (1 + tanh) alike */
  readonly tails?: "relative" | "absolute";
  /** true: the same bits each time, or it is a failure; else differences within the bounds are let pass */
  readonly deterministic?: boolean;
  /** takes tensors whose rows lie farther apart than their length, or that begin at any element */
  readonly strides?: boolean;
}

/** How a run ended. */
export type Outcome =
  | { readonly status: "ok" }
  /** it does not do that */
  | { readonly status: "unsupported"; readonly message: string }
  /** it says that it failed, did not answer in time, ended, or answered what is no answer */
  | { readonly status: "error" | "timeout" | "crash" | "protocol"; readonly message: string };

/** What is judged: something that runs one operator on a picture of memory, and says beforehand what it can do. */
export interface Kernel {
  readonly declaration: Declaration;
  /** Reads the tensors `in.…` of the picture and fills `out.…`, in place; touches nothing else. */
  run(picture: Picture): Outcome | Promise<Outcome>;
  /** Ends what was started for it. */
  close?(): void | Promise<void>;
}
