// All rows, one after the other. Started by relukit bench, which passes what its options said.
import { feedForward } from "./feed-forward.ts";
import type { Bench, Row } from "./measure.ts";
import { decoding, firstToken, training } from "./models.ts";
import { narrowProducts } from "./narrow.ts";
import { downProjection, matrixProduct, matrixVector, twoThreads } from "./products.ts";

export type { Row } from "./measure.ts";

export interface Settings {
  /** seconds that one group of contestants may run */
  readonly seconds: number;
  /** words that a row's name has one of; none means every row */
  readonly only: readonly string[];
  readonly note: (text: string) => void;
}

const groups = [
  ...[matrixProduct, matrixVector, downProjection, narrowProducts, feedForward, twoThreads],
  ...[training, decoding, firstToken],
];

/** Measures, and gives the rows in the order of the goals. */
export async function measured({ seconds, only, note }: Settings): Promise<readonly Row[]> {
  const rows: Row[] = [];
  const wanted = (name: string): boolean =>
    only.length === 0 || only.some((word) => name.toLowerCase().includes(word.toLowerCase()));
  const bench: Bench = { seconds, wanted, note, row: (row) => rows.push(row) };
  for (const group of groups) await group(bench);
  return rows;
}
