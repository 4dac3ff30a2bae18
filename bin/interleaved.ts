// Times of calls that take turns, so that what slows the machine for a while slows them all. Measured in processor time,
// which leaves out the waiting for a processor that others use; with one thread and no others it is time on the clock.

export type Contestants<Name extends string> = Readonly<Record<Name, () => void>>;

/** Milliseconds that a turn takes at least: a call shorter than that is repeated. */
const TURN = 4;

/** Milliseconds that the processors have worked for this process. */
function worked(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

/**
 * Each contestant's milliseconds a call, one number a round: a round to warm up, then as many as the seconds of work allow,
 * five at least. The i-th numbers were measured side by side; who goes first changes from round to round.
 */
export function interleaved<Name extends string>(
  contestants: Contestants<Name>,
  seconds: number,
): Readonly<Record<Name, readonly number[]>> {
  const names = Object.keys(contestants) as Name[];
  const times = new Map<Name, number[]>(names.map((name) => [name, []]));
  const end = worked() + 1000 * seconds;
  for (let round = -1; round < 5 || worked() < end; round++) {
    for (const name of round % 2 === 0 ? names : [...names].reverse()) {
      const time = turn(contestants[name]);
      if (round >= 0) times.get(name)?.push(time);
    }
  }
  return Object.fromEntries(times) as Record<Name, number[]>;
}

/** Twice as many calls until they took long enough: asking for the time takes as long as a short call. */
function turn(call: () => void): number {
  const start = worked();
  for (let calls = 0, more = 1; ; more = calls) {
    for (let i = 0; i < more; i++) call();
    calls += more;
    const time = worked() - start;
    if (time >= TURN) return time / calls;
  }
}

/** The middle of so many values, and the quarters around it: half of the values lie from `low` to `high`. */
export interface Spread {
  readonly median: number;
  readonly low: number;
  readonly high: number;
  readonly values: number;
}

export function spread(values: readonly number[]): Spread {
  const order = [...values].sort((a, b) => a - b);
  const at = (share: number): number => order[Math.round(share * (order.length - 1))] ?? Number.NaN;
  return { median: at(0.5), low: at(0.25), high: at(0.75), values: order.length };
}
