// Medians of interleaved runs: contestants take turns, so that what slows the machine for a while slows them all.

export interface Contestant {
  /** What a run needs beforehand, outside the timing, such as a fresh mask. */
  readonly before?: () => void;
  readonly run: () => unknown;
}

/** One goal and what was seen of it. */
export interface Row {
  readonly name: string;
  readonly ours: number | null;
  readonly other: number | null;
  readonly ratio: number | null;
  readonly goal: number;
  readonly sense: ">=" | "<=";
  readonly met: boolean | null;
  /** what bounds ours, measured in the same run: one line for a goal that is missed */
  readonly why?: string;
}

/** Where rows go, and what they may take. */
export interface Bench {
  /** seconds that one group of contestants may run */
  readonly seconds: number;
  /** whether a row of that name is wanted */
  wanted(name: string): boolean;
  /** said while measuring */
  note(text: string): void;
  row(row: Row): void;
}

/** Milliseconds that a turn takes at least: a run shorter than that is repeated, else its code would start cold. */
const TURN = 4;

/**
 * The median time of a run of each contestant, in milliseconds, over turns that they take one after the other: two
 * rounds to warm up, then as many as the seconds allow, five at least, 400 at most.
 */
export async function medians<Name extends string>(
  contestants: Readonly<Record<Name, Contestant | undefined>>,
  seconds: number,
): Promise<Readonly<Record<Name, number | null>>> {
  const names = Object.keys(contestants) as Name[];
  const times = new Map<Name, number[]>(names.map((name) => [name, []]));
  const end = performance.now() + 1000 * seconds;
  for (let round = -2; round < 5 || (performance.now() < end && round < 400); round++) {
    for (const name of names) {
      const contestant = contestants[name];
      const time = contestant && (await turn(contestant));
      if (time !== undefined && round >= 0) times.get(name)?.push(time);
    }
  }
  return Object.fromEntries(names.map((name) => [name, median(times.get(name) ?? [])])) as Record<
    Name,
    number | null
  >;
}

/** The mean time of a run. */
async function turn({ before, run }: Contestant): Promise<number> {
  let [total, runs] = [0, 0];
  for (; total < TURN; runs++) {
    before?.();
    const start = performance.now();
    const result = run();
    if (result instanceof Promise) await result;
    total += performance.now() - start;
  }
  return total / runs;
}

export function median(values: readonly number[]): number | null {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? null;
}

/** What is measured of a goal; null is what could not be. */
interface Figures {
  readonly name: string;
  readonly ours: number | null;
  readonly other: number | null;
  readonly goal: number;
  readonly why?: string;
}

/** A row whose figures are rates or ratios: more is better. */
export const atLeast = (figures: Figures): Row => judged(figures, ">=", (ratio, goal) => ratio >= goal);

/** A row whose figures are times: less is better. */
export const atMost = (figures: Figures): Row => judged(figures, "<=", (ratio, goal) => ratio <= goal);

function judged(figures: Figures, sense: Row["sense"], holds: (ratio: number, goal: number) => boolean): Row {
  const { ours, other, goal } = figures;
  const ratio = ours === null || other === null ? null : ours / other;
  return { ...figures, ratio, sense, met: ratio === null ? null : holds(ratio, goal) };
}

/** amount a second, in 10⁹, from milliseconds */
export const giga = (amount: number, milliseconds: number | null): number | null =>
  milliseconds === null ? null : amount / milliseconds / 1e6;

/** Fails unless two answers to the same question are near: a benchmark of different functions means nothing. */
export function sameAnswer(what: string, ours: ArrayLike<number>, theirs: ArrayLike<number>): void {
  let [difference, size] = [0, 0];
  for (let i = 0; i < ours.length; i++) {
    difference = Math.max(difference, Math.abs((ours[i] ?? 0) - (theirs[i] ?? Number.NaN)));
    size = Math.max(size, Math.abs(ours[i] ?? 0));
  }
  if (!(difference <= 1e-3 * size))
    throw new Error(`bench: ${what} computes something else: ${difference} of ${size}`);
}
