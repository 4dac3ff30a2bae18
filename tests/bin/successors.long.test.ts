// relukit successors with each method that needs no training, on a model that it is for.
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { methods } from "../../bin/successors/methods.ts";
import { books } from "../../bin/texts.ts";
import { ended } from "./command.ts";

const folder = mkdtempSync(join(tmpdir(), "relukit-successors-"));
after(() => rmSync(folder, { recursive: true }));
const text = join(folder, "text.txt");
writeFileSync(text, books()[2]?.text.slice(20_000, 24_000) ?? "");

const successors = (...words: readonly string[]) => ended("successors", ...words);

const on = (model: string, method: string, ...more: readonly string[]) =>
  successors("--model", model, "--text", text, "--method", method, "--max-tokens", "300", ...more);

/** One setting of each method, and a model that it is for. */
const wanted: Readonly<Record<string, readonly [model: string, ...settings: string[]]>> = {
  teal: ["llama-silu", "--target", "0.5"],
  cats: ["llama-silu", "--target", "0.5"],
  fatrelu: ["opt-relu", "--target", "0.95"],
  "top-k": ["opt-relu", "--target", "0.1"],
  cett: ["opt-silu", "--limit", "0.2"],
  "relu-squared": ["opt-relu", "--limit", "0.2"],
  drelu: ["llama-relu"],
  l1: ["opt-relu"],
  predictor: ["opt-relu", "--rank", "2", "--chance", "0.1"],
  "sign-predictor": ["llama-relu", "--alpha", "1.1"],
  "window-cache": ["opt-relu", "--window", "4"],
  "batch-union": ["opt-relu", "--batch", "1"],
};

for (const { name, source } of methods.filter(({ name }) => name !== "predictor")) {
  test(`successors --method ${name} --json prints one document with what was found, and its source`, async () => {
    const [model = "", ...settings] = wanted[name] ?? [];
    const { code, out } = await on(model, name, "--json", ...settings);
    assert.equal(code, 0);
    const document = JSON.parse(out);
    assert.deepEqual(
      [document.method, document.source, document.calibration, document.judged],
      [name, source, 150, 150],
    );
    assert.ok(Object.keys(document.found).length > 0);
  });
}
