// The other libraries, each opened for one thread where it has a choice; undefined where it is not installed.
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { fillIn } from "./iterators.ts";
import { type Node, onnxModel, type Value } from "./onnx.ts";

// biome-ignore lint/suspicious/noExplicitAny: the peers are not installed where this is checked
type Library = any;

const require = createRequire(new URL("../package.json", import.meta.url));
const installed = (name: string): boolean => {
  try {
    require.resolve(name);
    return true;
  } catch {
    return false;
  }
};

/** TensorFlow.js on its WebAssembly backend. */
export async function tensorflow(): Promise<Library | undefined> {
  if (!installed("@tensorflow/tfjs-core") || !installed("@tensorflow/tfjs-backend-wasm")) return undefined;
  const [tf, wasm] = [require("@tensorflow/tfjs-core"), require("@tensorflow/tfjs-backend-wasm")];
  wasm.setWasmPaths(`${dirname(require.resolve("@tensorflow/tfjs-backend-wasm"))}/`);
  wasm.setThreadsCount(1);
  await tf.setBackend("wasm");
  await tf.ready();
  return tf;
}

/** jax-js on its WebAssembly backend; it starts no threads in Node. */
export async function jax(): Promise<Library | undefined> {
  if (!installed("@jax-js/jax")) return undefined;
  fillIn();
  const library = await import(pathToFileURL(join(dirname(require.resolve("@jax-js/jax")), "index.js")).href);
  await library.init("wasm");
  library.defaultDevice("wasm");
  return library;
}

/** What an ONNX model of a few nodes answers, by one thread of ONNX Runtime. */
export type Session = (inputs: Readonly<Record<string, Float32Array>>) => Promise<Float32Array>;

export const hasOnnx = (): boolean => installed("onnxruntime-node");

/** A session of ONNX Runtime, its weights prepared beforehand. */
export async function onnx(
  nodes: readonly Node[],
  inputs: readonly Value[],
  weights: readonly Value[],
  output: Value,
): Promise<Session | undefined> {
  if (!hasOnnx()) return undefined;
  const runtime: Library = require("onnxruntime-node");
  const options = { intraOpNumThreads: 1, interOpNumThreads: 1, executionMode: "sequential" };
  const session = await runtime.InferenceSession.create(onnxModel(nodes, inputs, weights, output), options);
  const shapes = new Map(inputs.map(({ name, shape }) => [name, shape]));
  return async (given) => {
    const feeds = Object.entries(given).map(([name, data]) => [
      name,
      new runtime.Tensor("float32", data, shapes.get(name)),
    ]);
    return (await session.run(Object.fromEntries(feeds)))[output.name].data;
  };
}
