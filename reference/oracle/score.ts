// The scoreboard: this oracle and other checkers, each set to kernels that are wrong and to kernels that are right.
import type { Case } from "./case.ts";
import { coreCases } from "./cases/core.ts";
import { CHECKERS } from "./checkers/all.ts";
import type { Checker } from "./checkers/checker.ts";
import type { FloatDtype } from "./float-formats.ts";
import { CATALOGUE } from "./mutants/catalogue.ts";
import type { Mutant } from "./mutants/mutant.ts";
import { type ScoreCase, scoreCase } from "./score-case.ts";
import { type LegalRun, legalRuns, representatives, type Share } from "./score-legal.ts";
import { type Found, whoFinds } from "./score-mutants.ts";
import { isQuick } from "./score-quick.ts";

export interface Scoring {
  readonly dtypes?: readonly FloatDtype[];
  /** besides ours */
  readonly checkers?: readonly Checker[];
  readonly cases?: readonly Case[];
  readonly mutants?: readonly Mutant[];
  /** the cases of score-quick.ts alone, and fewer legal runs */
  readonly quick?: boolean;
  readonly progress?: (said: {
    readonly dtype: FloatDtype;
    readonly done: number;
    readonly of: number;
  }) => void;
}

/** How a judge did in one type. */
export interface JudgeScore {
  readonly name: string;
  readonly dtype: FloatDtype;
  /** of the mutants that are not equivalent */
  readonly killed: number;
  readonly mutants: number;
  readonly equivalent: number;
  /** right runs that it refused */
  readonly falseAlarms: number;
  readonly legalRuns: number;
  /** of both, those where a NaN is expected */
  readonly withNaN: { readonly falseAlarms: number; readonly legalRuns: number };
  /** ours alone: right runs that were farther off than chance explains */
  readonly suspects: number;
  /** ids of the mutants that it did not find */
  readonly missed: readonly string[];
}

export interface Score {
  readonly judges: readonly JudgeScore[];
  readonly rules: readonly Pick<Checker, "name" | "rule" | "source">[];
  readonly equivalents: readonly {
    readonly id: string;
    readonly dtype: FloatDtype;
    readonly reason: string;
  }[];
  /** ids of mutants that show in memory, or from call to call, and not in what one call gives */
  readonly inMemory: readonly string[];
  readonly legalRuns: number;
  /** of them, those whose bits no other run on the same case gave */
  readonly distinctRuns: number;
  /** the right runs that this oracle refused */
  readonly refused: readonly string[];
}

const OURS = {
  name: "relukit",
  rule: "proven bounds, exact cases, special values, memory and later calls",
  source: "docs/bounds.md",
};

/**
 * How this oracle and the checkers do, in each type: which of the mutants they find in some case, and how often they
 * refuse a right kernel.
 */
export async function score(scoring: Scoring = {}): Promise<Score> {
  const { dtypes = ["F32", "F16", "BF16"], checkers = CHECKERS, mutants = CATALOGUE } = scoring;
  const judges: JudgeScore[] = [];
  const counts = { legalRuns: 0, distinctRuns: 0 };
  const refused: string[] = [];
  const cases = scoring.cases ?? coreCases();
  for (const dtype of dtypes) {
    const { found, runs } = await scoreOf(dtype, { ...scoring, cases });
    counts.legalRuns += runs.length;
    counts.distinctRuns += runs.filter(({ distinct }) => distinct).length;
    refused.push(...runs.filter(({ ours }) => ours === "refuses").map(({ what }) => what));
    const tallied = (name: string, judge?: Checker): JudgeScore => ({
      ...{ name, dtype, equivalent: mutants.length - found.size },
      ...kills(found, judge),
      ...alarms(runs, judge),
    });
    judges.push(tallied(OURS.name), ...checkers.map((checker) => tallied(checker.name, checker)));
  }
  return {
    judges,
    rules: [OURS, ...checkers.map(({ name, rule, source }) => ({ name, rule, source }))],
    equivalents: dtypes.flatMap((dtype) =>
      mutants.flatMap(({ id, equivalent }) => {
        const reason = equivalent?.[dtype];
        return reason === undefined ? [] : [{ id, dtype, reason }];
      }),
    ),
    inMemory: mutants.filter(({ inMemory }) => inMemory).map(({ id }) => id),
    ...counts,
    refused,
  };
}

/** Who found each mutant of a type that is not equivalent, and all runs of right kernels. */
async function scoreOf(dtype: FloatDtype, scoring: Scoring & { readonly cases: readonly Case[] }) {
  const { checkers = CHECKERS, quick = false, progress } = scoring;
  const all = scoring.cases.filter((given) => given.dtype === dtype);
  const mutants = (scoring.mutants ?? CATALOGUE).filter(
    ({ equivalent }) => equivalent?.[dtype] === undefined,
  );
  const [first, rest] = [all.filter(({ id }) => isQuick(id)), all.filter(({ id }) => !isQuick(id))];
  const suite: ScoreCase[] = [];
  for (const given of quick ? first : [...first, ...rest]) suite.push(await scoreCase(given, checkers));
  const legal = representatives(all, quick ? FEW : MANY);
  const of = mutants.length + legal.length;
  const found = new Map<string, Found>();
  for (const [i, mutant] of mutants.entries()) {
    found.set(mutant.id, await whoFinds(mutant, suite, checkers));
    progress?.({ dtype, done: i + 1, of });
  }
  const runs: LegalRun[] = [];
  for (const [i, given] of legal.entries()) {
    const one = suite.find((known) => known.given === given) ?? (await scoreCase(given, checkers));
    runs.push(...(await legalRuns(one, checkers, (_, manner) => !quick || (manner + i) % SPARSE === 0)));
    progress?.({ dtype, done: mutants.length + i + 1, of });
  }
  return { found, runs };
}

const FEW: Share = { exact: 0, bounded: 1, special: 1 };
const MANY: Share = { exact: 1, bounded: 12, special: 3 };
const SPARSE = 7; // no divisor of the orders, so that each case has others, and each way too

function kills(found: ReadonlyMap<string, Found>, judge: Checker | undefined) {
  const finds = ({ ours, checkers }: Found): boolean => (judge ? checkers.has(judge) : ours);
  const missed = [...found].filter(([, who]) => !finds(who)).map(([id]) => id);
  return { killed: found.size - missed.length, mutants: found.size, missed };
}

function alarms(runs: readonly LegalRun[], judge: Checker | undefined) {
  const refused = runs.filter(({ ours, refusing }) =>
    judge ? refusing.includes(judge) : ours === "refuses",
  );
  const withNaN = (some: readonly LegalRun[]): number => some.filter((run) => run.withNaN).length;
  return {
    falseAlarms: refused.length,
    legalRuns: runs.length,
    withNaN: { falseAlarms: withNaN(refused), legalRuns: withNaN(runs) },
    suspects: judge ? 0 : runs.filter(({ ours }) => ours === "suspects").length,
  };
}
