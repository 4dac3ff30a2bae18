// Published checkpoints, as people open them: whole, and left on disk.
import assert from "node:assert/strict";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { ended } from "./command.ts";

const at = (name: string): string =>
  fileURLToPath(new URL(`../../fixtures/checkpoints/${name}`, import.meta.url));
const words = ["--prompt", "Alice was", "--tokens", "12", "--temperature", "0", "--json"];

test("generate --stream writes what generate writes, sparse or not", async () => {
  for (const name of ["llama-2", "opt-350m", "falcon-40b", "llama-biased"]) {
    const lines = [[], ["--stream"], ["--sparse"], ["--stream", "--sparse"]];
    const runs = await Promise.all(
      lines.map((more) => ended("generate", "--model", at(name), ...words, ...more)),
    );
    const tokens = runs.map(({ code, out, err }) => {
      assert.equal(code, 0, err);
      return JSON.parse(out).tokens;
    });
    for (const found of tokens) assert.deepEqual(found, tokens[0], name);
  }
});

test("inspect tells the architecture of each kind without reading its weights, and reads a text with --stream", async () => {
  const { code, out } = await ended("inspect", "--model", at("falcon-40b"), "--json");
  assert.equal(code, 0);
  const { model } = JSON.parse(out);
  assert.deepEqual([model.family, model.sizes.G, model.parameters > 20000], ["falcon", 2, true]);
  const text = fileURLToPath(new URL("../../fixtures/tokenizers/README.md", import.meta.url));
  const line = ["inspect", "--model", at("llama-3"), "--text", text, "--max-tokens", "20", "--json"];
  const [whole, streamed] = await Promise.all([ended(...line), ended(...line, "--stream")]);
  assert.equal(whole.code, 0, whole.err);
  assert.deepEqual(JSON.parse(streamed.out), JSON.parse(whole.out));
});

test("--stream with the reference, and a ReLU after norms that come after blocks, are refused", async () => {
  const stream = await ended(
    "generate",
    "--model",
    at("llama-1"),
    ...words,
    "--stream",
    "--ops",
    "reference",
  );
  assert.equal(stream.code, 2);
  assert.match(stream.err, /--stream goes with --ops kernels/);
  const norms = await ended("generate", "--model", at("opt-350m"), ...words, "--norm-relu");
  assert.equal(norms.code, 2);
  assert.match(norms.err, /norms after each block, as OPT 350M.*expected stage 1/);
});
