// Products of one token with BF16 weights, beside the same products with the same weights widened to float32: half the
// bytes, so twice as fast where memory is waited for, and no faster than the plain read loop moves bytes.
import { fromBF16, toBF16 } from "../../reference/formats/half.ts";
import { type Matrix, matrixOf, storedMatrix } from "../../reference/tensor.ts";
import { type Kernels, kernels } from "../index.node.ts";
import { atLeast, type Bench, giga, medians } from "./measure.ts";
import { floats, mask, tossed } from "./products.ts";
import { figure, reading } from "./roofs.ts";

const [D, F, V] = [2048, 8192, 32000];
const ZEROS = 0.9;
/** Of what half the bytes promise, and of what the read loop moves. */
const SHARE = 0.8;

type Product = (ops: Kernels, x: Matrix<"T", "I">, w: Matrix<"I", "O">) => Matrix;

interface Case {
  readonly name: string;
  readonly rows: number;
  readonly columns: number;
  readonly product: Product;
  readonly zeros?: number;
}

const shape = (rows: number, columns: number): string => `BF16 weights ${rows} x ${columns}, one token`;
const cases: readonly Case[] = [
  { name: shape(D, F), rows: D, columns: F, product: (ops, x, w) => ops.linear(x, w) },
  {
    name: `${shape(D, F)}, 90 % exact zeros, a fresh random mask each call`,
    ...{ rows: D, columns: F, zeros: ZEROS },
    product: (ops, x, w) => ops.activeLinear(x, w),
  },
  {
    name: `${shape(V, D)}, as an unembedding`,
    ...{ rows: V, columns: D },
    product: (ops, x, w) => ops.unembed(x, w as Matrix as Matrix<"V", "I">),
  },
];

export async function narrowProducts(bench: Bench): Promise<void> {
  for (const each of cases) {
    if (!bench.wanted(each.name)) continue;
    bench.note(each.name);
    await measured(bench, each);
  }
}

async function measured(bench: Bench, { name, rows, columns, product, zeros = 0 }: Case): Promise<void> {
  const ops = await kernels({ mebibytes: 768 });
  const bits = toBF16(floats(rows * columns));
  const widened = fromBF16(bits);
  const kept = { dtype: "BF16", bits: () => bits, widened: () => widened } as const;
  const narrow = ops.load(storedMatrix<"I", "O">(kept, rows, columns));
  const wide = ops.load(matrixOf<"I", "O">(widened, rows, columns));

  const input = floats(D);
  const x = Float32Array.from(input);
  const row = matrixOf<"T", "I">(x, 1, D);
  const before = (): void => {
    if (zeros > 0) mask(x, input, zeros);
  };
  before();
  const answer = product(ops, row, wide).data;
  if (product(ops, row, narrow).data.some((value, i) => value !== answer[i]))
    throw new Error("bench: BF16 weights give other numbers than the same weights in float32");

  const run = (w: Matrix<"I", "O">) => ({ before, run: tossed(ops, () => product(ops, row, w)) });
  const times = await medians(
    { narrow: run(narrow), wide: run(wide), read: reading(ops, wide) },
    bench.seconds,
  );
  const moved = (width: number, milliseconds: number | null) =>
    giga(width * rows * columns * (1 - zeros), milliseconds);
  const [ours, float32] = [moved(2, times.narrow), moved(4, times.wide)];
  const read = giga(4 * rows * columns, times.read);
  const why = `BF16 comes at ${figure(ours, "GB/s")}, float32 at ${figure(float32, "GB/s")}, the plain read loop at ${figure(read, "GB/s")}`;
  const calls = { ours: giga(1e9, times.narrow), other: giga(1e9, times.wide) };
  bench.row(atLeast({ name: `${name}: over float32 weights, calls/s`, ...calls, goal: 2 * SHARE, why }));
  bench.row(atLeast({ name: `${name}: over a plain read loop, GB/s`, ours, other: read, goal: SHARE, why }));
}
