// Real weights, where a developer has them beside the project; the tests that want them skip, and say why, elsewhere.
import { existsSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const folder = fileURLToPath(new URL("../../../../shared/weights/stories260K", import.meta.url));

/** The path of a file of stories260K. */
export const stories = (file: string): string => join(folder, file);

/** What `test` takes to skip: a reason, or false where the weights are. */
export const skipWithoutStories: string | false =
  !existsSync(folder) && "../shared/weights/stories260K is not here";
