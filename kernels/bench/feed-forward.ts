// The whole feed-forward layer of OPT-1.3B, one token: 40 % zeros in what up reads, 97 % in what down reads.
import { type Matrix, matrixOf } from "../../reference/tensor.ts";
import { kernels } from "../index.node.ts";
import { feedForward as fused, type Rectifier } from "../ops/feed-forward.ts";
import { atLeast, type Bench, giga, medians, sameAnswer } from "./measure.ts";
import { onnx } from "./peers/libraries.ts";
import { floats, mask, tossed } from "./products.ts";
import { figure, reading } from "./roofs.ts";

const [D, F] = [2048, 8192];
const [READ, OPEN] = [0.6, 0.03];

export async function feedForward(bench: Bench): Promise<void> {
  const name =
    "whole OPT-1.3B-shaped FFN (2048 → 8192 → 2048), decode, 97 % zeros in down, 40 % in up's input";
  if (!bench.wanted(name)) return;
  bench.note(name);
  const [upData, downData, base] = [floats(D * F), floats(F * D), floats(D)];
  const ops = await kernels({ mebibytes: 512 });
  const up = ops.load(matrixOf<"D", "F">(upData, D, F));
  const down = ops.load(matrixOf<"F", "D">(downData, F, D));
  const session = await onnx(
    [
      { op: "MatMul", inputs: ["x", "up"], output: "a" },
      { op: "Sub", inputs: ["a", "shift"], output: "b" },
      { op: "Relu", inputs: ["b"], output: "h" },
      { op: "MatMul", inputs: ["h", "down"], output: "y" },
    ],
    [
      { name: "x", shape: [1, D] },
      { name: "shift", shape: [1] },
    ],
    [
      { name: "up", shape: [D, F], data: upData },
      { name: "down", shape: [F, D], data: downData },
    ],
    { name: "y", shape: [1, D] },
  );

  // Each input has zeros of its own, and a shift that lets 3 % of its neurons fire.
  const cases = Array.from({ length: 16 }, () => {
    const x = new Float32Array(D);
    mask(x, base, 1 - READ);
    const before = [...ops.linear(matrixOf<"T", "D">(x, 1, D), up).data].sort((a, b) => b - a);
    const shift = Math.fround(before[Math.round(F * OPEN)] ?? 0);
    return { x, input: matrixOf<"T", "D">(x, 1, D), shift, f: { kind: "relu", shift } as Rectifier };
  });
  type Case = (typeof cases)[number];
  const dense = ({ input, f }: Case): Matrix<"T", "D"> =>
    ops.linear(ops.activate(ops.linear(input, up), f), down);
  const layer = fused(ops.machine);
  const sparse = ({ input, f }: Case): Matrix<"T", "D"> => layer(input, { up, down }, f, true);
  for (const each of cases) {
    const answer = dense(each).data;
    if (sparse(each).data.some((value, i) => value !== answer[i]))
      throw new Error("bench: sparse is not dense");
    if (session)
      sameAnswer(
        "onnxruntime-node",
        answer,
        await session({ x: each.x, shift: Float32Array.of(each.shift) }),
      );
  }

  let turn = 0;
  const next = (): Case => cases[turn++ % cases.length] ?? (cases[0] as Case);
  const times = await medians(
    {
      sparse: { run: tossed(ops, () => sparse(next())) },
      dense: { run: tossed(ops, () => dense(next())) },
      read: reading(ops, up),
      ort: session && {
        run: () => {
          const { x, shift } = next();
          return session({ x, shift: Float32Array.of(shift) });
        },
      },
    },
    bench.seconds,
  );
  const rate = (time: number | null) => giga(1e9, time);
  const faster = times.dense === null || times.sparse === null ? null : times.dense / times.sparse;
  const bytes = 4 * D * F;
  const [moved, roof] = [giga((READ + OPEN) * bytes, times.sparse), giga(bytes, times.read)];
  const why = `the rows that are read come at ${figure(moved, "GB/s")}, all rows in order at ${figure(roof, "GB/s")}`;
  const ratio = { ours: faster, other: 2 / (READ + OPEN), goal: 0.85, why };
  bench.row(atLeast({ name: `${name}: times our own dense, over the ledger's byte ratio`, ...ratio }));
  const [ours, own, theirs] = [rate(times.sparse), rate(times.dense), rate(times.ort)];
  bench.row(atLeast({ name: `${name}: over our own dense, tokens/s`, ours, other: own, goal: 2.5, why }));
  const other = { ours, other: theirs, goal: 2.5, why };
  bench.row(atLeast({ name: `${name}: over onnxruntime-node's dense, tokens/s`, ...other }));
}
