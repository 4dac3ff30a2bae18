// Which bug the oracle names, for a kernel that has one of the catalogue's.
import { fileURLToPath } from "node:url";
import { check, type SuiteCase } from "../../../reference/oracle/check.ts";
import type { FloatDtype } from "../../../reference/oracle/float-formats.ts";
import type { Likeliest } from "../../../reference/oracle/likeliest.ts";
import type { Mutant } from "../../../reference/oracle/mutants/mutant.ts";
import { loadSuite } from "../../../reference/oracle/suite.node.ts";

const folder = fileURLToPath(new URL("../../../fixtures/oracle", import.meta.url));

/** The cases of the core suite, with what they tell apart. */
export const coreSuite = async (): Promise<readonly SuiteCase[]> => (await loadSuite(folder)).cases;

/** At most so many of them, from the first to the last. */
const spread = <X>(all: readonly X[], most: number): readonly X[] =>
  all.filter((_, i) => Math.floor((i * most) / all.length) !== Math.floor(((i - 1) * most) / all.length));

/** The bug that is likeliest by some cases that kill the mutant and some of the same operators that do not. */
export async function named(
  mutant: Mutant,
  dtype: FloatDtype,
  suite: readonly SuiteCase[],
  most = 8,
): Promise<Likeliest | undefined> {
  const mine = suite.filter(({ given }) => given.dtype === dtype);
  const killing = spread(
    mine.filter(({ kills }) => kills?.includes(mutant.id)),
    most,
  );
  const ops = new Set(killing.map(({ given }) => given.op));
  const others = mine.filter(({ given, kills }) => ops.has(given.op) && !kills?.includes(mutant.id));
  const kernel = mutant.kernel({ name: mutant.id, dtypes: [dtype] });
  const report = await check(kernel, [...killing, ...spread(others, 2 * most)], { diagnosed: most });
  return report.diagnosis;
}
