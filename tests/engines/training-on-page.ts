import { kernels } from "../../kernels/index.ts";
import { onPage } from "./on-page.ts";
import { outcome } from "./training.ts";

await onPage(() => outcome(kernels));
