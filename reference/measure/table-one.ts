// The paper's table 1 as data, and whether the ledger gives what a row prints.
// Rows of Falcon and Llama are the paper's; rows of OPT are from secondary sources, and are labelled so.
import { type ArchitectureName, architectures } from "./architectures.ts";
import { type InputSparsity, ledger, type Rule } from "./ledger.ts";

/** A row of the paper's table 1: a model, the zeros in its inputs, its work, and its accuracy. */
export interface Row {
  readonly name: string;
  readonly architecture: ArchitectureName;
  /** zeros in the inputs as they are printed, in whole percent */
  readonly percent: InputSparsity;
  /** multiply-adds of a token in billions, as printed, with one digit after the point */
  readonly gflops: number;
  /** the mean of nine zero-shot tasks, in percent, where it is known */
  readonly accuracy: number | undefined;
  /** "paper", or "secondary sources": recalled, and not checked against the paper's own table */
  readonly source: "paper" | "secondary sources";
}

type Printed = readonly [qkv: number, down: number, up: number, gflops: number, accuracy?: number];

const row =
  (source: Row["source"]) =>
  (name: string, architecture: ArchitectureName, [qkv, down, up, gflops, accuracy]: Printed): Row => ({
    ...{ name, architecture, gflops, accuracy, source },
    percent: { qkv, down, up },
  });
const paper = row("paper");
const secondary = row("secondary sources");

/** Table 1. The dense row of OPT 6.7B, for comparison, counts the zeros of its trained ReLU as work. */
export const tableOne: readonly Row[] = [
  paper("Falcon 7B", "falcon-7b", [0, 1, 0, 6.6, 66.8]),
  paper("Falcon 7B stage 1", "falcon-7b", [0, 94, 0, 4.1, 65.2]),
  paper("Falcon 7B stage 2", "falcon-7b", [56, 95, 56, 2.2, 64.8]),
  paper("Llama 7B", "llama-7b", [0, 0, 0, 6.6, 68.4]),
  paper("Llama 7B stage 1", "llama-7b", [0, 62, 0, 4.8, 67.1]),
  paper("Llama 7B stage 2", "llama-7b", [51, 65, 67, 2.9, 66.4]),
  secondary("OPT 6.7B dense", "opt-6.7b", [0, 0, 0, 6.6]),
  secondary("OPT 6.7B", "opt-6.7b", [0, 97, 0, 4.5, 59.8]),
  secondary("OPT 6.7B stage 2", "opt-6.7b", [50, 97, 40, 2.8, 58.6]),
  secondary("OPT 2.7B", "opt-2.7b", [0, 96, 0, 1.8, 54.5]),
  secondary("OPT 2.7B stage 2", "opt-2.7b", [50, 96, 35, 1.1, 53.1]),
];

/** Rows of the paper that nothing here can be held against. */
export const withoutFigures: readonly { readonly name: string; readonly architecture: ArchitectureName }[] = [
  { name: "OPT 1.3B", architecture: "opt-1.3b" },
];

export type Interval = readonly [low: number, high: number];

/**
 * GFLOPs that the ledger can give when each printed sparsity is off by up to half a point.
 *
 * A printed 0 is taken as exact: where no ReLU stands, nothing makes zeros. If those too could be half a point, OPT
 * 6.7B's 4.5 would just be reached, by 0.5 % zeros in inputs that have none.
 */
export function ledgerInterval({ architecture, percent }: Row, rule: Rule = {}): Interval {
  const off = (points: number): number => {
    const moved = (share: number): number => (share === 0 ? 0 : (share + points) / 100);
    const sparsity = { qkv: moved(percent.qkv), up: moved(percent.up), down: moved(percent.down) };
    return ledger(architectures[architecture], sparsity, rule).multiplyAdds / 1e9;
  };
  return [off(0.5), off(-0.5)]; // more zeros, less work
}

/** The numbers that print as `gflops` with one digit after the point. */
export const roundingInterval = ({ gflops }: Row): Interval => [gflops - 0.05, gflops + 0.05];

/** Whether a row fits: its rounding interval meets the ledger's, first without the head, then with it. */
export function fits(row: Row, rule: Rule = {}): "without head" | "with head" | "not reproduced" {
  const [low, high] = roundingInterval(row);
  const meets = (lmHead: boolean): boolean => {
    const [least, most] = ledgerInterval(row, { ...rule, lmHead });
    return least <= high && most >= low;
  };
  if (meets(false)) return "without head";
  return meets(true) ? "with head" : "not reproduced";
}
