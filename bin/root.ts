// The folder of the package: the one with package.json, above this file or above its compiled form.
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

const above = ["../", "../../"].map((path) => fileURLToPath(new URL(path, import.meta.url)));

export const root: string = above.find((folder) => existsSync(`${folder}package.json`)) ?? ".";
