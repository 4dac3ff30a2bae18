import { kernels } from "../../kernels/index.node.ts";
import { onNode } from "./on-node.ts";
import { outcome } from "./training.ts";

await onNode(() => outcome(kernels));
