// Of all that explains single cases, the bug that explains the whole.
import type { CaseReport } from "./case-report.ts";
import type { Diagnosis } from "./diagnosis.ts";

/** A bug that explains so many of the cases that failed and were diagnosed. */
export type Likeliest = Diagnosis & { readonly explains: number; readonly failed: number };

/** By the id of a failed case, every bug that explains it. */
export type Explained = ReadonlyMap<string, readonly Diagnosis[]>;

/** A case of the suite as far as it matters here: which bugs it tells from a right kernel. */
interface Telling {
  readonly given: { readonly id: string };
  readonly kills?: readonly string[];
}

/**
 * The bug that explains most of the diagnosed cases and would have failed fewest of those that passed; among equals the
 * nearest.
 */
export function likeliest(
  explained: Explained,
  cases: readonly Telling[],
  reports: readonly CaseReport[],
): Likeliest | undefined {
  const passed = new Set(reports.filter(({ verdict }) => verdict.startsWith("PASS")).map(({ id }) => id));
  const against = (bug: string): number =>
    cases.filter(({ given, kills }) => passed.has(given.id) && kills?.includes(bug)).length;
  const ranked = candidates(explained)
    .map((one) => ({ one, worth: one.explains - against(one.id) }))
    .sort((a, b) => b.worth - a.worth || a.one.residual - b.one.residual);
  // a guess that leaves most of it unexplained, or speaks against more than for it, is worse than none
  const [best] = ranked;
  return best && best.worth > 0 && 2 * best.one.explains >= best.one.failed ? best.one : undefined;
}

/** Every bug that explains a case, with its mean residual. */
function candidates(explained: Explained): readonly Likeliest[] {
  const byId = new Map<string, Diagnosis[]>();
  for (const found of explained.values())
    for (const one of found) byId.set(one.id, [...(byId.get(one.id) ?? []), one]);
  return [...byId].map(([id, found]) => ({
    id,
    bug: found[0]?.bug ?? id,
    residual: found.reduce((sum, { residual }) => sum + residual, 0) / found.length,
    explains: found.length,
    failed: explained.size,
  }));
}
