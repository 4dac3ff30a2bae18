// A measured s̄ as a file: a JSON array of s̄(1), s̄(2), …, or of { "gamma": …, "unused": … }.
import { FormatError } from "../reference/formats/format-error.ts";
import type { UnusedCurve } from "../reference/measure/speculative.ts";
import { textOf } from "./load.ts";

export interface MeasuredCurve {
  /** the gammas that the file speaks of, ascending */
  readonly gammas: readonly number[];
  readonly unused: UnusedCurve;
}

/** @throws {FormatError} when the file is no such array, naming the element; from `unused`, for a gamma it lacks */
export function unusedCurve(path: string): MeasuredCurve {
  const points = new Map<number, number>();
  for (const [i, element] of elements(path).entries()) {
    const [gamma, unused] = pointOf(element, i) ?? [];
    if (gamma === undefined || unused === undefined)
      throw wrong(
        path,
        i,
        JSON.stringify(element),
        'a number, or { "gamma": number, "unused": number }',
        "is",
      );
    if (!(Number.isSafeInteger(gamma) && gamma >= 1))
      throw wrong(path, i, `gamma ${gamma}`, "a whole number of 1 or more");
    if (!(unused >= 0 && unused <= 1)) throw wrong(path, i, `unused ${unused}`, "a number in [0, 1]");
    if (points.has(gamma)) throw wrong(path, i, `gamma ${gamma} again`, "each gamma once");
    points.set(gamma, unused);
  }
  const gammas = [...points.keys()].sort((a, b) => a - b);
  return {
    gammas,
    unused(gamma) {
      const found = points.get(gamma);
      if (found !== undefined) return found;
      throw new FormatError(`${path}: says nothing of gamma ${gamma}; expected one of ${gammas.join(", ")}`);
    },
  };
}

function elements(path: string): readonly unknown[] {
  const text = textOf(path);
  try {
    const found: unknown = JSON.parse(text);
    if (Array.isArray(found) && found.length > 0) return found;
  } catch {
    // no JSON at all: the sentence below serves
  }
  throw new FormatError(
    `${path}: is no JSON array with elements; expected [s̄(1), s̄(2), …] or [{ "gamma": 1, "unused": 0.9 }, …]`,
  );
}

/** A number is s̄ at its place, counted from 1; undefined where it is neither that nor a record of two numbers. */
function pointOf(element: unknown, i: number): readonly [gamma: number, unused: number] | undefined {
  if (typeof element === "number") return [i + 1, element];
  const { gamma, unused } = (element ?? {}) as { readonly gamma?: unknown; readonly unused?: unknown };
  return typeof gamma === "number" && typeof unused === "number" ? [gamma, unused] : undefined;
}

const wrong = (path: string, i: number, found: string, expected: string, verb = "has"): FormatError =>
  new FormatError(`${path}: element ${i} ${verb} ${found}; expected ${expected}`);
