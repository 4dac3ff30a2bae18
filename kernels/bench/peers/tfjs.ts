// TensorFlow.js with its WebAssembly backend: XNNPACK's kernels, compiled to SIMD. One thread.
import type { Matrix } from "../../../reference/tensor.ts";
import { openPackage } from "./packages.node.ts";
import type { Peer } from "./peer.ts";

interface Tensor {
  dataSync(): Float32Array;
  dispose(): void;
}
interface Core {
  setBackend(name: string): Promise<boolean>;
  ready(): Promise<void>;
  tensor2d(values: Float32Array, shape: readonly [number, number]): Tensor;
  matMul(a: Tensor, b: Tensor): Tensor;
}
interface Backend {
  setThreadsCount(threads: number): void;
  setWasmPaths(folder: string): void;
}

export async function tfjs(root: string): Promise<Peer | undefined> {
  const core = await openPackage<Core>(root, "@tensorflow/tfjs-core");
  const backend = await openPackage<Backend>(root, "@tensorflow/tfjs-backend-wasm");
  if (!core || !backend) return undefined;
  const tf = core.module;
  backend.module.setThreadsCount(1);
  backend.module.setWasmPaths(`${backend.folder}/`);
  await tf.setBackend("wasm");
  await tf.ready();
  return {
    async product(x, w) {
      const [a, b] = [placed(tf, x), placed(tf, w)];
      return {
        run: () => tf.matMul(a, b).dispose(), // the backend computes at once: there is nothing to wait for
        async result() {
          const y = tf.matMul(a, b);
          const values = y.dataSync();
          y.dispose();
          return values;
        },
        close() {
          a.dispose();
          b.dispose();
        },
      };
    },
  };
}

const placed = (tf: Core, x: Matrix): Tensor => tf.tensor2d(Float32Array.from(x.data), x.shape);
