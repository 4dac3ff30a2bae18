// What lies where in a llama2.c checkpoint: its tensors in file order, and how many bytes they take.
import type { ByteSource } from "./byte-source.ts";
import { FormatError } from "./format-error.ts";
import type { Llama2cHeader } from "./llama2c-header.ts";

/** Equally shaped tensors that follow each other: one for each layer, or a single one. */
export interface Run {
  readonly field: string;
  readonly copies: number;
  readonly rows: number;
  readonly columns: number;
  readonly stored: "f32" | "q8" | "skip";
}

/** The tensors in file order, each [out, in] as PyTorch has it. */
export function llama2cRuns(header: Llama2cHeader): readonly Run[] {
  const { D, F, L, N, G, K, V, P, version, tied } = header;
  const stored = version === 2 ? "q8" : "f32";
  const norm = (field: string, copies: number): Run => ({
    field,
    copies,
    rows: 1,
    columns: D,
    stored: "f32",
  });
  const weight = (field: string, copies: number, rows: number, columns: number): Run => ({
    field,
    copies,
    rows,
    columns,
    stored,
  });

  const tokens = weight("tokens", 1, V, D);
  const attention = [
    weight("query", L, N * K, D),
    weight("key", L, G * K, D),
    weight("value", L, G * K, D),
    weight("output", L, D, N * K),
  ];
  const feedForward = [weight("gate", L, F, D), weight("down", L, D, F), weight("up", L, F, D)];
  const unembedding = tied ? [] : [weight("unembedding", 1, V, D)];
  const norms = [norm("attentionNorm", L), norm("hiddenNorm", L)] as const;
  if (version > 0) {
    return [...norms, norm("norm", 1), tokens, ...attention, ...feedForward, ...unembedding];
  }
  const turns: Run = { field: "rotary tables", copies: 2, rows: P, columns: K / 2, stored: "skip" };
  return [tokens, norms[0], ...attention, norms[1], ...feedForward, norm("norm", 1), turns, ...unembedding];
}

/** Bytes of one tensor of a run: 4 a number, or 1 a number and 4 a group. */
export function bytesOf({ rows, columns, stored }: Run, { group }: Llama2cHeader): number {
  const count = rows * columns;
  return stored === "q8" ? count + (4 * count) / group : 4 * count;
}

/**
 * Refuses a file whose size is not the one that its header asks for, or whose groups do not fill its tensors.
 *
 * @throws {FormatError} naming both sizes
 */
export function checkSize(source: ByteSource, header: Llama2cHeader, runs: readonly Run[]): void {
  for (const { field, rows, columns, stored } of runs) {
    if (stored === "q8" && (rows * columns) % header.group !== 0) {
      throw new FormatError(
        `${source.name}: group_size is ${header.group}; expected a divisor of ${rows * columns}, the weights of ${field}`,
      );
    }
  }
  const expected = runs.reduce((sum, run) => sum + run.copies * bytesOf(run, header), header.bytes);
  if (source.size !== expected) {
    const { D, F, L, N, G, V, P } = header;
    throw new FormatError(
      `${source.name}: file has ${source.size} bytes; expected ${expected}, from the llama2.c header's ` +
        `dim ${D}, hidden_dim ${F}, n_layers ${L}, n_heads ${N}, n_kv_heads ${G}, vocab_size ${V}, seq_len ${P}`,
    );
  }
}
