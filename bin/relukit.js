#!/usr/bin/env node
// In a checkout the sources run as they stand, through tsx; in the published package their compiled form does.
import { existsSync } from "node:fs";

if (existsSync(new URL("./main.ts", import.meta.url))) {
  const { register } = await import("tsx/esm/api");
  register();
  await import("./main.ts");
} else {
  await import("../dist/bin/main.js");
}
