// Training in a browser's page: the outcome, or why there is none, posted to where the page came from.
import { kernels } from "../../kernels/index.ts";
import { outcome } from "./training.ts";

const told = (answer: unknown): Promise<unknown> =>
  fetch("/outcome", { method: "POST", body: JSON.stringify(answer) });

try {
  await told({ outcome: await outcome(kernels) });
} catch (error) {
  await told({ failed: String(error) });
}
