// Products: of matrices, of a matrix and a vector, over active rows only, and by two threads instead of one.
import { stream } from "../../reference/random.ts";
import { type Matrix, matrixOf } from "../../reference/tensor.ts";
import { type Kernels, kernels } from "../index.node.ts";
import { atLeast, atMost, type Bench, type Contestant, giga, medians, sameAnswer } from "./measure.ts";
import { jax, onnx, tensorflow } from "./peers/libraries.ts";
import { computed, computing, figure, reading, twoRoofs } from "./roofs.ts";

const numbers = stream(1, "bench");
export const floats = (size: number): Float32Array =>
  Float32Array.from({ length: size }, () => numbers.uniform() - 0.5);

/** Runs a body whose result is not kept. */
export const tossed = (ops: Kernels, body: () => unknown) => (): void => ops.scope(() => void body());

const row = <I>(x: Float32Array): Matrix<"T", I> => matrixOf(x, 1, x.length);

/** x · w by ONNX Runtime, w a constant of the model. */
const projection = (rows: number, columns: number, data: Float32Array) =>
  onnx(
    [{ op: "MatMul", inputs: ["x", "w"], output: "y" }],
    [{ name: "x", shape: [1, rows] }],
    [{ name: "w", shape: [rows, columns], data }],
    { name: "y", shape: [1, columns] },
  );

export async function matrixProduct(bench: Bench): Promise<void> {
  const name = "matrix product f32 512³, one thread";
  if (!bench.wanted(name)) return;
  bench.note(name);
  const n = 512;
  const [a, b] = [floats(n * n), floats(n * n)];
  const ops = await kernels({ mebibytes: 64 });
  const [x, w] = [ops.load(matrixOf<"T", "I">(a, n, n)), ops.load(matrixOf<"I", "O">(b, n, n))];
  const answer = ops.linear(x, w).data;

  const tf = await tensorflow();
  const [ta, tb] = [tf?.tensor2d(a, [n, n]), tf?.tensor2d(b, [n, n])];
  const byTensorflow = (): Float32Array => {
    const c = tf.matMul(ta, tb);
    const data = c.dataSync();
    c.dispose();
    return data;
  };
  const library = await jax();
  const np = library?.numpy;
  const [ja, jb] = [np?.array(a).reshape([n, n]), np?.array(b).reshape([n, n])];
  const product = library?.jit((p: unknown, q: unknown) => np.matmul(p, q));
  const byJax = (): Promise<Float32Array> => product(ja.ref, jb.ref).data();
  const session = await onnx(
    [{ op: "MatMul", inputs: ["x", "w"], output: "y" }],
    [
      { name: "x", shape: [n, n] },
      { name: "w", shape: [n, n] },
    ],
    [],
    { name: "y", shape: [n, n] },
  );
  const byOnnx = session && (() => session({ x: a, w: b }));
  if (tf) sameAnswer("tfjs-wasm", answer, byTensorflow());
  if (library) sameAnswer("jax-js", answer, await byJax());
  if (byOnnx) sameAnswer("onnxruntime-node", answer, await byOnnx());

  const times = await medians(
    {
      ours: { run: tossed(ops, () => ops.linear(x, w)) },
      tf: tf && { run: byTensorflow },
      jax: library && { run: byJax },
      ort: byOnnx && { run: byOnnx },
      roof: computing(ops),
    },
    bench.seconds,
  );
  const rate = (time: number | null) => giga(2 * n ** 3, time);
  const ours = rate(times.ours);
  const roof = figure(computed(times.roof), "GFLOP/s");
  const why = `four lanes without a fused multiply-add do ${roof} on this core, in registers alone`;
  bench.row(
    atLeast({ name: `${name}: over tfjs-wasm, GFLOP/s`, ours, other: rate(times.tf), goal: 1.3, why }),
  );
  bench.row(
    atLeast({ name: `${name}: over jax-js (wasm), GFLOP/s`, ours, other: rate(times.jax), goal: 1.5, why }),
  );
  bench.row(
    atLeast({
      name: `${name}: over onnxruntime-node, GFLOP/s`,
      ours,
      other: rate(times.ort),
      goal: 0.4,
      why,
    }),
  );
}

export async function matrixVector(bench: Bench): Promise<void> {
  const name = "dense matrix-vector 4096 x 11008, one thread";
  if (!bench.wanted(name)) return;
  bench.note(name);
  const [I, O] = [4096, 11008];
  const [input, weights] = [floats(I), floats(I * O)];
  const ops = await kernels({ mebibytes: 512 });
  const w = ops.load(matrixOf<"I", "O">(weights, I, O));
  const session = await projection(I, O, weights);
  const byOnnx = session && (() => session({ x: input }));
  if (byOnnx) sameAnswer("onnxruntime-node", ops.linear(row<"I">(input), w).data, await byOnnx());

  const times = await medians(
    {
      ours: { run: tossed(ops, () => ops.linear(row<"I">(input), w)) },
      read: reading(ops, w),
      ort: byOnnx && { run: byOnnx },
    },
    bench.seconds,
  );
  const rate = (time: number | null) => giga(4 * I * O, time);
  const [ours, read] = [rate(times.ours), rate(times.read)];
  const why = `every weight is read once, and the plain read loop moves ${figure(read, "GB/s")}`;
  bench.row(atLeast({ name: `${name}: over a plain read loop, GB/s`, ours, other: read, goal: 0.8, why }));
  bench.row(
    atLeast({ name: `${name}: over onnxruntime-node, GB/s`, ours, other: rate(times.ort), goal: 1, why }),
  );
}

export async function downProjection(bench: Bench): Promise<void> {
  const name = "down projection [in 11008, out 4096]";
  const shares = [0.9, 0.95, 0.97].filter((zeros) => bench.wanted(named(zeros)));
  if (shares.length === 0) return;
  const [I, O] = [11008, 4096];
  const [input, weights] = [floats(I), floats(I * O)];
  const ops = await kernels({ mebibytes: 512 });
  const w = ops.load(matrixOf<"I", "O">(weights, I, O));
  const session = shares.includes(0.97) ? await projection(I, O, weights) : undefined;
  const byOnnx = session && (() => session({ x: input }));
  if (byOnnx) sameAnswer("onnxruntime-node", ops.linear(row<"I">(input), w).data, await byOnnx());

  for (const zeros of shares) {
    bench.note(named(zeros));
    const x = Float32Array.from(input);
    const before = (): void => mask(x, input, zeros);
    const run = tossed(ops, () => ops.activeLinear(row<"I">(x), w));
    const dense = { run: tossed(ops, () => ops.linear(row<"I">(input), w)) };
    const ort = zeros === 0.97 && byOnnx ? { run: byOnnx } : undefined;
    const times = await medians(
      { sparse: { before, run }, dense, read: reading(ops, w), ort },
      bench.seconds,
    );
    const whole = Math.max(times.dense ?? 0, times.read ?? 0);
    const [moved, roof] = [giga(4 * I * O * (1 - zeros), times.sparse), giga(4 * I * O, times.read)];
    const why = `the rows that are read come at ${figure(moved, "GB/s")}, all rows in order at ${figure(roof, "GB/s")}`;
    const allowed = { ours: times.sparse, other: (1 - zeros) * whole, goal: 1.3, why };
    bench.row(atMost({ name: `${named(zeros)}: over (1 - s) of dense or plain read, ms`, ...allowed }));
    if (zeros !== 0.97) continue;
    const [ours, other] = [giga(1e9, times.sparse), giga(1e9, times.ort)];
    const calls = `${named(zeros)}: over onnxruntime-node's dense, calls/s`;
    bench.row(atLeast({ name: calls, ours, other, goal: 15, why }));
  }

  function named(zeros: number): string {
    return `${name} at ${Math.round(100 * zeros)} % exact zeros, a fresh random mask each call`;
  }
}

export async function twoThreads(bench: Bench): Promise<void> {
  const name = "two threads over one, where two cores are free";
  const [memory, compute] = [`${name}: memory-bound, GB/s`, `${name}: compute-bound, GFLOP/s`];
  if (bench.wanted(memory)) {
    const [I, O] = [4096, 11008];
    const [x, weights] = [row<"I">(floats(I)), floats(I * O)];
    const rate = (time: number | null) => giga(4 * I * O, time);
    await sideBySide(bench, memory, 1.6, 512, (ops) => {
      const w = ops.load(matrixOf<"I", "O">(weights, I, O));
      return { run: tossed(ops, () => ops.linear(x, w)), rate, roof: reading(ops, w), roofRate: rate };
    });
  }
  if (bench.wanted(compute)) {
    const n = 512;
    const [a, b] = [floats(n * n), floats(n * n)];
    const rate = (time: number | null) => giga(2 * n ** 3, time);
    await sideBySide(bench, compute, 1.8, 64, (ops) => {
      const [x, w] = [ops.load(matrixOf<"T", "I">(a, n, n)), ops.load(matrixOf<"I", "O">(b, n, n))];
      return {
        ...{ run: tossed(ops, () => ops.linear(x, w)), rate },
        ...{ roof: computing(ops), roofRate: computed },
      };
    });
  }
}

/** Work, and what nothing of its kind goes faster than; both with their rate from milliseconds. */
interface Roofed extends Contestant {
  readonly rate: (milliseconds: number | null) => number | null;
  readonly roof: Contestant;
  readonly roofRate: (milliseconds: number | null) => number | null;
}

/** The same work, and the roof over it, by one thread and by two. */
async function sideBySide(
  bench: Bench,
  name: string,
  goal: number,
  mebibytes: number,
  work: (ops: Kernels) => Roofed,
): Promise<void> {
  bench.note(name);
  const ops = await kernels({ threads: 2, mebibytes });
  const [one, two] = [work(await kernels({ mebibytes })), work(ops)];
  const times = await medians({ one, two, oneRoof: one.roof, twoRoof: two.roof }, bench.seconds);
  const why = twoRoofs(one.roofRate(times.oneRoof), two.roofRate(times.twoRoof));
  bench.row(atLeast({ name, ours: two.rate(times.two), other: one.rate(times.one), goal, why }));
  ops.close();
}

/** x becomes the input with that share of its numbers, drawn anew, exactly 0. */
export function mask(x: Float32Array, input: Float32Array, zeros: number): void {
  let alive = Math.round((1 - zeros) * x.length);
  for (let i = 0; i < x.length; i++) {
    const lives = numbers.uniform() * (x.length - i) < alive; // so that the share is exact
    if (lives) alive--;
    x[i] = lives ? (input[i] ?? 0) : 0;
  }
}
