// Numbers from the command line, and numbers for people.
import { InvalidArgumentError } from "commander";

interface Range {
  readonly from: number;
  readonly to: number;
  readonly whole?: boolean;
}

/** A parser of an option's number that refuses what is outside the range, with a sentence. */
export const number =
  ({ from, to, whole = false }: Range) =>
  (text: string): number => {
    const value = text.trim() === "" ? Number.NaN : Number(text);
    const fits = whole ? Number.isSafeInteger(value) : Number.isFinite(value);
    if (fits && value >= from && value <= to) return value;
    const kind = whole ? "a whole number" : "a number";
    const below = from > -Number.MAX_VALUE ? `, ${from} or more` : "";
    const range = to < Number.MAX_SAFE_INTEGER ? ` from ${from} to ${to}` : below;
    throw new InvalidArgumentError(`Expected ${kind}${range}.`);
  };

export const any: Range = { from: -Number.MAX_VALUE, to: Number.MAX_VALUE };
export const atLeast = (from: number): Range => ({ from, to: Number.MAX_VALUE });
export const wholeFrom = (from: number, to = Number.MAX_SAFE_INTEGER): Range => ({ from, to, whole: true });

/** 1234567 as 1.23 M, with the unit that follows. */
export function short(value: number, unit = ""): string {
  const scale = [1e12, 1e9, 1e6, 1e3].findIndex((size) => Math.abs(value) >= size);
  const [size, letter] = scale < 0 ? [1, ""] : [[1e12, 1e9, 1e6, 1e3][scale] ?? 1, "TGMk"[scale] ?? ""];
  const digits = scale < 0 && Number.isInteger(value) ? `${value}` : (value / size).toPrecision(3);
  return `${digits} ${letter}${unit}`.trimEnd();
}
