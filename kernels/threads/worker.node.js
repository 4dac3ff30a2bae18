// The worker of Node and Bun.
import { parentPort, workerData } from "node:worker_threads";
import { serve } from "./serve.js";

const { memory, module, thread, scratch } = workerData;
const { exports } = await WebAssembly.instantiate(module, { env: { memory } });
parentPort.postMessage("ready");
serve(memory, exports, thread, scratch);
