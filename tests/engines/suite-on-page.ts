import { onPage } from "./on-page.ts";
import { outcome } from "./suite.ts";

await onPage(outcome);
