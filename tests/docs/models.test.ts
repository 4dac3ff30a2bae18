// docs/models.md says what the shipped models are: held against the files themselves.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { openHuggingFace } from "../../reference/formats/hugging-face.node.ts";
import { finetuning, presets } from "../../reference/training/presets.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const models = join(root, "fixtures/models");
const page = readFileSync(join(root, "docs/models.md"), "utf8");
const all = readdirSync(models);
const names = all.filter((name) => name in presets);
/** The relufied ones: what each was made from, and by which words of `relukit finetune`. */
const relufied: Readonly<Record<string, readonly [from: string, words: string]>> = {
  "llama-stage2": ["llama-silu", "--activation relu --norm-relu"],
  "llama-shifted": ["llama-silu", "--activation relu --shift 0.5"],
  "llama-small-stage2": ["llama-small", "--activation relu --norm-relu"],
  "llama-large-stage2": ["llama-large", "--activation relu --norm-relu"],
};

for (const name of names) {
  test(`docs/models.md tells the truth about ${name}`, () => {
    const folder = join(models, name);
    const { parameters, tokensSeen, recipe, validation } = JSON.parse(
      readFileSync(join(folder, "training.json"), "utf8"),
    );
    const hash = createHash("sha256")
      .update(readFileSync(join(folder, "model.safetensors")))
      .digest("hex");
    const row = page.split("\n").find((line) => line.startsWith(`| ${name} |`)) ?? "";
    const cells = row.split("|").map((cell) => cell.trim());
    assert.deepEqual(cells.slice(2, 6), [
      parameters.toLocaleString("en"),
      tokensSeen.toLocaleString("en"),
      validation.natsPerCharacter.toFixed(4),
      `${(100 * validation.sparsity).toFixed(1)} %`,
    ]);
    assert.ok(page.includes(`${hash}  ${name}/model.safetensors`), `the SHA-256 of ${name} is ${hash}`);
    const preset = presets[name];
    assert.ok(preset, "it has a preset");
    assert.deepEqual(recipe, preset.recipe, "it was trained as its preset says today");
    assert.ok(tokensSeen <= 4_000_000);
    const { model } = openHuggingFace(folder);
    const { V } = model.config.sizes;
    assert.deepEqual(model.config, preset.config(V));
    assert.ok(validation.natsPerCharacter < validation.nGram5, "it beats the 5-gram");
  });
}

for (const [name, [from, words]] of Object.entries(relufied)) {
  test(`docs/models.md tells the truth about ${name}`, () => {
    const folder = join(models, name);
    const { run, recipe, validation } = JSON.parse(readFileSync(join(folder, "training.json"), "utf8"));
    const hash = createHash("sha256")
      .update(readFileSync(join(folder, "model.safetensors")))
      .digest("hex");
    const row = page.split("\n").find((line) => line.startsWith(`| ${name} |`)) ?? "";
    const cells = row.split("|").map((cell) => cell.trim());
    assert.deepEqual(cells.slice(2, 6), [
      from,
      `\`${words}\``,
      validation.natsPerCharacter.toFixed(4),
      `${(100 * validation.sparsity).toFixed(1)} %`,
    ]);
    assert.ok(page.includes(`${hash}  ${name}/model.safetensors`), `the SHA-256 of ${name} is ${hash}`);
    assert.deepEqual([run, recipe], ["finetune", finetuning]);
    const [before, after] = [from, name].map((one) => openHuggingFace(join(models, one)).model.config);
    const relu = (shift: number) => ({ kind: "relu", shift });
    const afterNorm = words.includes("--norm-relu") ? relu(0) : { kind: "identity" };
    assert.deepEqual(after, { ...before, activation: relu(words.includes("--shift") ? 0.5 : 0), afterNorm });
  });
}

test("every preset but the lesson's is shipped, and four relufied models, in 16 MB together", () => {
  assert.deepEqual(all.filter((name) => !(name in presets)).sort(), Object.keys(relufied).sort());
  assert.deepEqual(
    names.sort(),
    Object.keys(presets)
      .filter((name) => name !== "lesson")
      .sort(),
  );
  const files = all.flatMap((name) =>
    ["config.json", "model.safetensors", "tokenizer.json", "training.json"].map((file) =>
      join(models, name, file),
    ),
  );
  assert.ok(files.every(existsSync));
  const bytes = files.reduce((total, file) => total + statSync(file).size, 0);
  assert.ok(bytes <= 16_000_000, `${bytes} bytes`);
});
