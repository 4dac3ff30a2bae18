import { onNode } from "./on-node.ts";
import { outcome } from "./suite.ts";

await onNode(outcome);
