// A small suite in a folder, and tensors, for the tests of relukit oracle.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after } from "node:test";
import { fileURLToPath } from "node:url";
import { roundedTo } from "../../reference/formats/dtype.ts";
import { joined, writeSafetensors } from "../../reference/formats/safetensors-writer.ts";
import { killsOf } from "../../reference/oracle/kills.ts";
import { CATALOGUE } from "../../reference/oracle/mutants/catalogue.ts";
import { sha256, writeSuite } from "../../reference/oracle/suite.node.ts";
import { generate } from "../../reference/oracle/suite-writer.ts";

const folder = mkdtempSync(join(tmpdir(), "relukit-oracle-"));
after(() => rmSync(folder, { recursive: true, force: true }));

/** A path in a folder that is removed after the tests. */
export const at = (name: string): string => join(folder, name);

/** The command of an adapter that is right, or is what the word says. */
export const adapter = (word = "right"): string => {
  const path = fileURLToPath(new URL("../reference/oracle/adapters/kernels.mjs", import.meta.url));
  return `${JSON.stringify(process.execPath)} ${JSON.stringify(path)} ${word}`;
};

const CASES = /^(add|linear)\/(f32|bf16)\/(whole|random|tails-7-33|one-token|no-token|sequence)$/;
const some = CATALOGUE.filter(({ id }) => /^M(01|08|10|11|46)/.test(id));

let written: Promise<string> | undefined;

/** The folder of a suite of twenty cases or so, of two operators in two types; written once. */
export function smallSuite(): Promise<string> {
  written ??= write();
  return written;
}

async function write(): Promise<string> {
  const { core } = await import("../reference/oracle/core.ts"); // takes a second, and not every test needs it
  const files = await generate(
    core.filter(({ id }) => CASES.test(id)),
    {
      name: "small",
      digest: sha256,
      kills: ({ given, truth, gauge }) => killsOf(given, { truth, gauge }, some),
    },
  );
  writeSuite(at("suite"), files);
  return at("suite");
}

/** A file with those tensors: shape, and the numbers 1, 2, 3, … */
export function tensors(
  name: string,
  shapes: Readonly<Record<string, readonly number[]>>,
  dtype: "F32" | "F16" = "F32",
  others: Readonly<Record<string, "F16" | "I32">> = {},
): string {
  const stored = Object.entries(shapes).map(([tensor, shape]) => {
    const numbers = Float64Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => i + 1);
    const type = others[tensor] ?? dtype;
    const data = type === "I32" ? Int32Array.from(numbers) : roundedTo(type, numbers);
    return { name: tensor, dtype: type, shape, data };
  });
  writeFileSync(at(name), joined(writeSafetensors(stored)));
  return at(name);
}
