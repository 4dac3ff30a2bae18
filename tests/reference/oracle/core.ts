// The core suite's cases, made once for all of the tests in a process.
import { coreCases } from "../../../reference/oracle/cases/core.ts";

export const core = coreCases();
