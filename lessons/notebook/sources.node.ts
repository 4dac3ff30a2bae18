// Where relukit lies: what `relukit/` stands for in a lesson's imports.
import { dirname, resolve } from "node:path";
import { fileURLToPath } from "node:url";

/** The folder that holds reference/, kernels/ and lessons/. */
export const sources = resolve(dirname(fileURLToPath(import.meta.url)), "../..");
