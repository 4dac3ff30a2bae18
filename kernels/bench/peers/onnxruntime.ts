// ONNX Runtime's CPU kernels: native code with AVX2 or AVX-512, one thread, its graph optimizations as they come.
import type { Matrix } from "../../../reference/tensor.ts";
import { type Node, onnxModel, type Value } from "./onnx.ts";
import { openPackage } from "./packages.node.ts";
import type { InferencePeer, Prepared } from "./peer.ts";

interface Session {
  run(feeds: Readonly<Record<string, unknown>>): Promise<Readonly<Record<string, { data: Float32Array }>>>;
  release(): Promise<void>;
}
interface Runtime {
  readonly InferenceSession: { create(model: Uint8Array, options: object): Promise<Session> };
  readonly Tensor: new (type: "float32", data: Float32Array, shape: readonly number[]) => unknown;
}

export async function onnxruntime(root: string): Promise<InferencePeer | undefined> {
  const ort = (await openPackage<Runtime>(root, "onnxruntime-node"))?.module;
  if (!ort) return undefined;
  const prepared = async (nodes: readonly Node[], fed: Values, constant: Values, columns: number) => {
    const inputs = valuesOf(fed);
    const output = { name: "y", shape: [fed["x"]?.shape[0] ?? 1, columns] };
    const model = onnxModel(nodes, inputs, valuesOf(constant), output);
    return session(ort, model, inputs);
  };
  const product: Node = { op: "MatMul", inputs: ["x", "w"], output: "y" };
  return {
    product: (x, w) => prepared([product], { x, w }, {}, w.shape[1]),
    projection: (x, w) => prepared([product], { x }, { w }, w.shape[1]),
    feedForward: (x, up, upBias, down, downBias) =>
      prepared(layer, { x }, { up, upBias, down, downBias }, down.shape[1]),
  };
}

type Values = Readonly<Record<string, Matrix>>;

const layer: readonly Node[] = [
  { op: "MatMul", inputs: ["x", "up"], output: "a" },
  { op: "Add", inputs: ["a", "upBias"], output: "z" },
  { op: "Relu", inputs: ["z"], output: "h" },
  { op: "MatMul", inputs: ["h", "down"], output: "b" },
  { op: "Add", inputs: ["b", "downBias"], output: "y" },
];

async function session(ort: Runtime, model: Uint8Array, inputs: readonly Value[]): Promise<Prepared> {
  const options = { intraOpNumThreads: 1, interOpNumThreads: 1 };
  const session = await ort.InferenceSession.create(model, options);
  const feeds = Object.fromEntries(
    inputs.map(({ name, shape, data = new Float32Array(0) }) => [name, new ort.Tensor("float32", data, shape)]),
  );
  return {
    run: () => session.run(feeds),
    result: async () => (await session.run(feeds))["y"]?.data ?? new Float32Array(0),
    close: () => void session.release(),
  };
}

const valuesOf = (values: Values): readonly Value[] =>
  Object.entries(values).map(([name, { shape, data }]) => ({
    name,
    shape,
    data: data instanceof Float32Array ? data : Float32Array.from(data),
  }));
