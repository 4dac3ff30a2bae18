// Products: of matrices, of a matrix and a vector, over active rows only, and by two threads instead of one.
import { stream } from "../../reference/random.ts";
import { type Matrix, matrixOf } from "../../reference/tensor.ts";
import { type Kernels, kernels } from "../index.node.ts";
import { atLeast, atMost, type Bench, giga, medians, sameAnswer } from "./measure.ts";
import { jax, onnx, tensorflow } from "./peers/libraries.ts";

const numbers = stream(1, "bench");
export const floats = (size: number): Float32Array =>
  Float32Array.from({ length: size }, () => numbers.uniform() - 0.5);

/** Runs a body whose result is not kept. */
export const tossed = (ops: Kernels, body: () => unknown) => (): void => ops.scope(() => void body());

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
    [{ name: "x", shape: [n, n] }],
    [{ name: "w", shape: [n, n], data: b }],
    { name: "y", shape: [n, n] },
  );
  if (tf) sameAnswer("tfjs-wasm", answer, byTensorflow());
  if (library) sameAnswer("jax-js", answer, await byJax());
  if (session) sameAnswer("onnxruntime-node", answer, await session({ x: a }));

  const times = await medians(
    {
      ours: { run: tossed(ops, () => ops.linear(x, w)) },
      tf: tf && { run: byTensorflow },
      jax: library && { run: byJax },
      ort: session && { run: () => session({ x: a }) },
    },
    bench.seconds,
  );
  const rate = (time: number | null) => giga(2 * n ** 3, time);
  bench.row(atLeast(`${name}: GFLOP/s over tfjs-wasm`, rate(times.ours), rate(times.tf), 1.3));
  bench.row(atLeast(`${name}: GFLOP/s over jax-js`, rate(times.ours), rate(times.jax), 1.5));
  bench.row(atLeast(`${name}: GFLOP/s over onnxruntime-node`, rate(times.ours), rate(times.ort), 0.4));
}

export async function matrixVector(bench: Bench): Promise<void> {
  const name = "dense matrix-vector 4096 x 11008, one thread";
  const down = "down projection [in 11008, out 4096]";
  const threads = "two threads over one, memory-bound";
  const [I, O] = [11008, 4096];
  const wanted = [name, down].some(bench.wanted);
  if (!wanted && !bench.wanted(threads)) return;
  const weights = floats(I * O);
  const open = async (count: number) => {
    const ops = await kernels({ threads: count, mebibytes: 512 });
    return { ops, w: ops.load(matrixOf<"I", "O">(weights, I, O)) };
  };
  const one = await open(1);
  const input = floats(I);
  const dense = { run: tossed(one.ops, () => one.ops.linear(row(input), one.w)) };
  const read = { run: () => one.ops.machine.run("readAll", I * O, 32, 0, one.w.data.byteOffset) };

  if (wanted) {
    bench.note(name);
    const session = await onnx(
      [{ op: "MatMul", inputs: ["x", "w"], output: "y" }],
      [{ name: "x", shape: [1, I] }],
      [{ name: "w", shape: [I, O], data: weights }],
      { name: "y", shape: [1, O] },
    );
    if (session)
      sameAnswer("onnxruntime-node", one.ops.linear(row(input), one.w).data, await session({ x: input }));
    const ort = session && { run: () => session({ x: input }) };
    const times = await medians({ dense, read, ort }, bench.seconds);
    const bandwidth = (time: number | null) => giga(4 * I * O, time);
    if (bench.wanted(name)) {
      const [ours, plain] = [bandwidth(times.dense), bandwidth(times.read)];
      bench.row(atLeast(`${name}: GB/s over a plain read loop`, ours, plain, 0.8));
      bench.row(atLeast(`${name}: GB/s over onnxruntime-node`, ours, bandwidth(times.ort), 1));
    }
    if (bench.wanted(down))
      for (const zeros of [0.9, 0.95, 0.97]) {
        bench.note(`${down} at ${100 * zeros} % zeros`);
        const x = Float32Array.from(input);
        const before = (): void => mask(x, input, zeros);
        const run = tossed(one.ops, () => one.ops.activeLinear(row(x), one.w));
        const now = await medians({ sparse: { before, run }, dense, read, ort }, bench.seconds);
        const slower = Math.max(now.dense ?? 0, now.read ?? 0);
        const label = `${down} at ${100 * zeros} % zeros, fresh mask each call`;
        bench.row(
          atMost(`${label}: ms over (1 - s) of dense or read`, now.sparse, (1 - zeros) * slower, 1.3),
        );
        if (zeros === 0.97)
          bench.row(
            atLeast(
              `${label}: calls/s over onnxruntime-node's dense`,
              giga(1e9, now.sparse),
              giga(1e9, now.ort),
              15,
            ),
          );
      }
  }
  if (bench.wanted(threads)) {
    bench.note(threads);
    const two = await open(2);
    const both = { run: tossed(two.ops, () => two.ops.linear(row(input), two.w)) };
    const times = await medians({ dense, both }, bench.seconds);
    bench.row(
      atLeast(
        `${threads}: GB/s of the dense matrix-vector`,
        giga(4 * I * O, times.both),
        giga(4 * I * O, times.dense),
        1.6,
      ),
    );
    two.ops.close();
  }
}

export async function twoThreads(bench: Bench): Promise<void> {
  const name = "two threads over one, compute-bound";
  if (!bench.wanted(name)) return;
  bench.note(name);
  const n = 512;
  const [a, b] = [floats(n * n), floats(n * n)];
  const contestant = (ops: Kernels) => {
    const [x, w] = [ops.load(matrixOf<"T", "I">(a, n, n)), ops.load(matrixOf<"I", "O">(b, n, n))];
    return { run: tossed(ops, () => ops.linear(x, w)) };
  };
  const [one, two] = [await kernels({ mebibytes: 64 }), await kernels({ threads: 2, mebibytes: 64 })];
  const times = await medians({ one: contestant(one), two: contestant(two) }, bench.seconds);
  const rate = (time: number | null) => giga(2 * n ** 3, time);
  bench.row(atLeast(`${name}: GFLOP/s of 512³`, rate(times.two), rate(times.one), 1.8));
  two.close();
}

const row = (x: Float32Array): Matrix<"T", "I"> => matrixOf(x, 1, x.length);

/** x becomes the input with that share of its numbers, drawn anew, exactly 0. */
export function mask(x: Float32Array, input: Float32Array, zeros: number): void {
  for (let i = 0; i < x.length; i++) x[i] = numbers.uniform() < zeros ? 0 : (input[i] ?? 0);
}
