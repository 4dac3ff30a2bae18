// llama2.c checkpoints (legacy, version 1 and version 2) as the Llama model record.
// The file stores weights [out, in]; ours are [in, out], but for the gated up and the two tables over V.
import type { RotaryConfig } from "../models/config.ts";
import type { LlamaLayer } from "../models/llama.ts";
import type { ByteSource } from "./byte-source.ts";
import {
  type Checkpoint,
  type Intake,
  inMemory,
  intake,
  type LoadOptions,
  type StoredNumbers,
} from "./checkpoint.ts";
import { type Llama2cHeader, llama2cHeader } from "./llama2c-header.ts";
import { bytesOf, checkSize, llama2cRuns, type Run } from "./llama2c-layout.ts";
import { typed } from "./typed.ts";

/** Reads a field of the file: of layer l, where it has one for each. */
type Read = (field: string, l?: number) => StoredNumbers;

/**
 * Reads a llama2.c checkpoint.
 *
 * Rotary pairs are interleaved, of base 10000, and norms have ε = 1e-5: the format says neither, its programs do.
 * The two rotary tables of a legacy file are skipped: they follow from the base. Version 2 keeps int8 values q, with
 * one float32 scale s a group: q · s is exact in float64, and not in float32, so its weights come as float64.
 *
 * @param options what the format does not say: the gate's activation (SiLU unless given) and the one after norms
 * @throws {FormatError} when the file is no such checkpoint, or its size is not what its header asks for
 * @see https://github.com/karpathy/llama2.c, export.py
 */
export function loadLlama2c(source: ByteSource, options: LoadOptions = {}): Checkpoint {
  const header = llama2cHeader(source);
  const runs = llama2cRuns(header);
  checkSize(source, header, runs);

  const { D, L, V, tied } = header;
  const read = reader(source, header, runs);
  const made = intake();
  const tokens = made.table<"V", "D">(read("tokens"), V, D);
  const weights = {
    tokens,
    layers: Array.from({ length: L }, (_, l) => layer(header, made, read, l)),
    norm: made.vector<"D">(read("norm")),
    unembedding: tied ? tokens : made.table<"V", "D">(read("unembedding"), V, D),
  };
  const model = { family: "llama", config: configOf(header, options), weights } as const;
  return { model, storedBytes: made.storedBytes, notFinite: made.notFinite };
}

function configOf(header: Llama2cHeader, options: LoadOptions): RotaryConfig {
  const { V, D, F, L, N, G, K, P } = header;
  return {
    sizes: { V, D, F, L, N, G, K, P },
    epsilon: 1e-5,
    rotary: { base: 10000, pairing: "interleaved" },
    activation: options.activation ?? { kind: "silu", shift: 0 },
    afterNorm: options.afterNorm ?? { kind: "identity" },
  };
}

function layer({ D, F, N, G, K }: Llama2cHeader, made: Intake, read: Read, l: number): LlamaLayer {
  return {
    attentionNorm: made.vector(read("attentionNorm", l)),
    query: made.projection(read("query", l), N * K, D),
    key: made.projection(read("key", l), G * K, D),
    value: made.projection(read("value", l), G * K, D),
    output: made.projection(read("output", l), D, N * K),
    hiddenNorm: made.vector(read("hiddenNorm", l)),
    gate: made.projection(read("gate", l), F, D),
    up: made.table(read("up", l), F, D), // gated: stays [out, in]
    down: made.projection(read("down", l), D, F),
  };
}

function reader(source: ByteSource, header: Llama2cHeader, runs: readonly Run[]): Read {
  const places = new Map<string, { readonly run: Run; readonly offset: number }>();
  let offset = header.bytes;
  for (const run of runs) {
    places.set(run.field, { run, offset });
    offset += run.copies * bytesOf(run, header);
  }
  return (field, l) => {
    const place = places.get(field);
    if (place === undefined) throw new RangeError(`reader: field is ${field}; expected one of llama2cRuns`);
    const bytes = bytesOf(place.run, header);
    const stored = source.read(place.offset + (l ?? 0) * bytes, bytes);
    const name = l === undefined ? field : `layers.${l}.${field}`;
    const { rows, columns, stored: kind } = place.run;
    const numbers =
      kind === "q8" ? dequantized(stored, rows * columns, header.group) : typed(Float32Array, stored);
    return inMemory(name, numbers, bytes);
  };
}

/** w[i] = q[i] · s[⌊i / group⌋], from the int8 values q and then the float32 scales s: exact in float64. */
function dequantized(stored: Uint8Array, count: number, group: number): Float64Array {
  const q = typed(Int8Array, stored.subarray(0, count));
  const s = typed(Float32Array, stored.subarray(count));
  const w = new Float64Array(count);
  for (let i = 0; i < count; i++) w[i] = (q[i] ?? 0) * (s[Math.floor(i / group)] ?? Number.NaN);
  return w;
}
