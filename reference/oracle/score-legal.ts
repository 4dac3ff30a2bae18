// The scoreboard's second half: how often each judge refuses a kernel that is right.
import type { Numbers } from "../tensor.ts";
import { type Manner, plainManner } from "./arithmetic/machine.ts";
import { ORDERS, type Order } from "./arithmetic/order.ts";
import { type Case, outputShapes, type Tier } from "./case.ts";
import type { Checker } from "./checkers/checker.ts";
import { expectationOf } from "./expectation.ts";
import type { Accumulator, FloatDtype } from "./float-formats.ts";
import { tryCase } from "./harness.ts";
import { judge } from "./judge.ts";
import type { Declaration } from "./kernel.ts";
import { machineKernel } from "./machine-kernel.ts";
import { modelOf } from "./model.ts";
import { oneCall, type ScoreCase, sameBits } from "./score-case.ts";
import type { ByOutput } from "./truth.ts";

/** What the sums of right kernels are kept in; each says so, and is judged by it. */
export const ACCUMULATORS_OF: Readonly<Record<FloatDtype, readonly Accumulator[]>> = {
  F64: ["f64"],
  F32: ["f32"],
  F16: ["f32", "f16", "tc-fp32"],
  BF16: ["f32", "tc-fp32"],
};

const WAYS: readonly Partial<Manner>[] = [
  {},
  { fused: true },
  { lastFirst: true },
  { second: true },
  { wide: true },
  { sloppy: true },
];

/** How a right kernel may go about it: every order, plainly and with each liberty. */
export const MANNERS: readonly Manner[] = WAYS.flatMap((way) =>
  ORDERS.map((order) => ({ ...plainManner, ...way, order })),
);

const ONE_ORDER: Order = "by-size"; // the one that climbs highest on the way

/** Operators without a sum, whose kernels differ in no order. */
const WITHOUT_SUMS = /^(embed|append(\.gradient)?|(activate|add|mul|rotary)(\.gradient)?)$/;

/** Tensor cores line up a block of terms and add them at once: theirs is one order. */
const hasOrders = (op: string, accumulator: Accumulator): boolean =>
  accumulator !== "tc-fp32" && !WITHOUT_SUMS.test(op);

/** A run of a right kernel, and who took it for a wrong one. */
export interface LegalRun {
  /** the case, what sums were kept in, and the manner */
  readonly what: string;
  readonly ours: "accepts" | "suspects" | "refuses";
  readonly refusing: readonly Checker[];
  /** no run before it on this case, with sums kept alike, gave the same bits */
  readonly distinct: boolean;
  /** a NaN is expected of it */
  readonly withNaN: boolean;
}

/** Right kernels on one case: those of every accumulator, in the manners that `taken` says. */
export async function legalRuns(
  one: ScoreCase,
  checkers: readonly Checker[],
  taken: (manner: Manner, i: number) => boolean = () => true,
): Promise<readonly LegalRun[]> {
  const runs: LegalRun[] = [];
  for (const accumulator of ACCUMULATORS_OF[one.given.dtype]) {
    const all = MANNERS.filter(({ order }) => order === ONE_ORDER || hasOrders(one.given.op, accumulator));
    const manners = all.filter(taken);
    runs.push(...(await runsOf({ name: accumulator, accumulator }, manners, one, checkers)));
  }
  return runs;
}

async function runsOf(
  declaration: Declaration,
  manners: readonly Manner[],
  one: ScoreCase,
  checkers: readonly Checker[],
): Promise<readonly LegalRun[]> {
  const { given, truth, expected } = one;
  const expectation = expectationOf(given, modelOf(declaration, given.dtype), truth);
  const withNaN = Object.values(expected).some((numbers) => numbers.some(Number.isNaN));
  const known: { readonly got: ByOutput<Numbers>; readonly run: LegalRun }[] = [];
  const runs: LegalRun[] = [];
  for (const manner of manners) {
    const kernel = machineKernel(declaration, manner);
    const got = await oneCall(kernel, given);
    const before = known.find((other) => sameBits(got, other.got));
    if (before) {
      runs.push({ ...before.run, what: sentence(given.id, declaration, manner), distinct: false });
      continue;
    }
    // The whole harness once: machines differ in their numbers, and in nothing that they do to memory.
    const { status } =
      known.length === 0
        ? await tryCase(kernel, given, expectation)
        : { status: judge(given, got, expectation).verdict };
    const refusing = checkers.filter((checker) => !checker.accepts({ ...one, got }));
    const ours =
      status === "FAIL" || status === "ERROR" ? "refuses" : status === "SUSPECT" ? "suspects" : "accepts";
    const what = sentence(given.id, declaration, manner);
    const run: LegalRun = { what, ours, refusing, distinct: true, withNaN };
    known.push({ got, run });
    runs.push(run);
  }
  return runs;
}

const sentence = (id: string, { accumulator }: Declaration, { order, ...way }: Manner): string => {
  const taken = Object.entries(way).flatMap(([name, value]) => (value ? [name] : []));
  return [id, `sums in ${accumulator}`, order, ...taken].join(", ");
};

/** How many cases of an operator are run by right kernels, by tier. */
export type Share = Readonly<Record<Tier, number>>;

/** Of each operator and tier so many cases, evenly from first to last; none that asks for nothing. */
export function representatives(cases: readonly Case[], share: Share): readonly Case[] {
  const groups = new Map<string, Case[]>();
  for (const given of cases) {
    if (Object.values(outputShapes(given)).every((shape) => shape.includes(0))) continue;
    const group = `${given.op} ${given.tier}`;
    groups.set(group, [...(groups.get(group) ?? []), given]);
  }
  return [...groups.values()].flatMap((group) =>
    group.filter((given, i) => isChosen(i, group.length, share[given.tier])),
  );
}

/** Whether i is in the middle of one of `count` equal parts of n. */
const isChosen = (i: number, n: number, count: number): boolean =>
  n <= count ||
  Array.from({ length: count }, (_, part) => Math.floor(((part + 0.5) * n) / count)).includes(i);
