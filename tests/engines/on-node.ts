// Training in Node and Bun: the outcome as JSON on standard output.
import { kernels } from "../../kernels/index.node.ts";
import { outcome } from "./training.ts";

process.stdout.write(`${JSON.stringify(await outcome(kernels))}\n`);
