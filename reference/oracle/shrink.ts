// A failing case made small: half of an axis at a time is left out, while the kernel still fails.
import { axisSizes, type Case, type Input } from "./case.ts";
import { expectationOf } from "./expectation.ts";
import { tryCase } from "./harness.ts";
import type { Kernel } from "./kernel.ts";
import { modelOf } from "./model.ts";
import { operation } from "./operations.ts";

/** Axes that others are made of, or that attributes fix: they stay. */
const FIXED: ReadonlySet<string> = new Set(["N·K", "G·K", "H", "S", "P+T", "V"]);
/** Its rows are those of two others together: none can be shortened alone. */
const WHOLE: ReadonlySet<string> = new Set(["append.gradient"]);

/** The smallest case that was found on which the kernel fails as it does on the given one. */
export async function shrunk(kernel: Kernel, given: Case): Promise<Case> {
  let smallest = given;
  for (let shrinking = true; shrinking; ) {
    shrinking = false;
    for (const candidate of smaller(smallest))
      if (await fails(kernel, candidate)) {
        [smallest, shrinking] = [candidate, true];
        break;
      }
  }
  return smallest;
}

async function fails(kernel: Kernel, given: Case): Promise<boolean> {
  const { status } = await tryCase(
    kernel,
    given,
    expectationOf(given, modelOf(kernel.declaration, given.dtype)),
  );
  return status === "FAIL";
}

/** Every case with one axis shorter: the first half of it, the second, or all but one. */
function* smaller(given: Case): Generator<Case> {
  if (WHOLE.has(given.op)) return;
  const { layout: _, ...plain } = given;
  for (const [axis, size] of axisSizes(given)) {
    if (FIXED.has(axis) || size <= 1) continue;
    const half = size >> 1;
    for (const [from, to] of [
      [0, half],
      [half, size],
      [0, size - 1],
      [1, size],
    ] as const)
      yield sliced(plain, axis, from, to);
  }
}

/** The case with the axis cut to [from, to), in every tensor that has it. */
function sliced(given: Case, axis: string, from: number, to: number): Case {
  const inputs = Object.entries(operation(given.op).inputs).flatMap(([key, axes]): [string, Input][] => {
    const name = key.replace("?", "");
    const input = given.inputs[name];
    return input ? [[name, cut(input, axes.indexOf(axis), from, to)]] : [];
  });
  return {
    ...given,
    id: `${given.op}/${given.dtype.toLowerCase()}/shrunk`,
    inputs: Object.fromEntries(inputs),
  };
}

function cut(input: Input, axis: number, from: number, to: number): Input {
  if (axis < 0) return input;
  const { shape, numbers } = input;
  const columns = shape.at(-1) ?? 1;
  const kept = numbers.filter((_, i) => {
    const place = axis === shape.length - 1 ? i % columns : Math.floor(i / columns);
    return place >= from && place < to;
  });
  return { shape: shape.map((size, a) => (a === axis ? to - from : size)), numbers: kept };
}
