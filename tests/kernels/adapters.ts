// The example adapters in C, in Python and on ONNX Runtime, as their authors would start them.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after } from "node:test";
import { fileURLToPath } from "node:url";
import type { Kernel } from "../../reference/oracle/kernel.ts";
import { subprocess } from "../../reference/oracle/subprocess.node.ts";

export const source = (path: string): string =>
  fileURLToPath(new URL(`../../kernels/adapters/${path}`, import.meta.url));

export interface Adapter {
  readonly title: string;
  readonly command: readonly string[];
  /** why it cannot be run here; false where it can */
  readonly skip: string | false;
  /** the adapter at work, the same for all who ask; ended after the tests */
  start(): Promise<Kernel>;
}

/** Compiles the adapter in C; warnings are errors. */
export function plainC(): Adapter {
  const folder = mkdtempSync(join(tmpdir(), "relukit-adapters-"));
  after(() => rmSync(folder, { recursive: true }));
  const program = join(folder, "adapter");
  const warnings = ["-Wall", "-Wextra", "-Wpedantic", "-Werror"];
  const words = ["-std=c99", ...warnings, "-O2", "-o", program, source("c/adapter.c"), "-lm"];
  const { error, status, stderr } = spawnSync("cc", words, { encoding: "utf8" });
  if (!error) assert.equal(status, 0, stderr);
  return adapter("c", [program], error ? "there is no C compiler named cc" : false);
}

export function numpy(): Adapter {
  const { error, status } = spawnSync("python3", ["-c", "import numpy"]);
  const skip = error ? "there is no python3" : status === 0 ? false : "python3 has no numpy";
  return adapter("python", ["python3", source("python/adapter.py")], skip);
}

/** ONNX Runtime, for one type of element. */
export function onnxRuntime(dtype: "F32" | "F16"): Adapter {
  const folder = source("onnxruntime/");
  const skip =
    !existsSync(`${folder}node_modules/onnxruntime-node`) &&
    "ONNX Runtime is not installed: npm --prefix kernels/adapters/onnxruntime ci --ignore-scripts installs it";
  return adapter(`ONNX Runtime, ${dtype}`, [process.execPath, `${folder}adapter.js`, dtype], skip);
}

function adapter(title: string, command: readonly string[], skip: string | false): Adapter {
  let started: Promise<Kernel> | undefined;
  after(async () => (await started?.catch(() => undefined))?.close?.());
  return {
    title,
    command,
    skip,
    start: () => {
      started ??= subprocess(command);
      return started;
    },
  };
}
