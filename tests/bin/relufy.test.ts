// relukit relufy, finetune's teachers and penalties, and what generate says of zeros, as people run them.
import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";
import { openHuggingFace } from "../../reference/formats/hugging-face.node.ts";
import { names } from "../../reference/weights.ts";
import { sameBits } from "../assertions.ts";
import { ended } from "./command.ts";

const folder = mkdtempSync(join(tmpdir(), "relukit-relufy-"));
after(() => rmSync(folder, { recursive: true }));
const at = (name: string): string => join(folder, name);
const draft = fileURLToPath(new URL("../../fixtures/models/draft", import.meta.url));
const text = at("text.txt");
writeFileSync(
  text,
  "The bear sat under the tree and looked at the fox. Come here, said the bear. ".repeat(12),
);
const few = ["--text", text, "--max-tokens", "150"];

const refused = async (line: readonly string[], message: string | RegExp): Promise<void> => {
  const { code, out, err } = await ended(...line);
  assert.equal(code, 2, err);
  assert.equal(out, "");
  if (typeof message === "string") assert.ok(err.includes(message), `${err}; expected ${message}`);
  else assert.match(err, message);
};

test("relufy --stage 1 changes the configuration, keeps every weight to the bit, and reports before and after", async () => {
  const line = ["relufy", "--model", "llama-silu", "--stage", "1", "--out", at("one"), ...few, "--json"];
  const { code, out } = await ended(...line);
  assert.equal(code, 0);
  const report = JSON.parse(out);
  assert.deepEqual(report.activation, { kind: "relu", shift: 0 });
  assert.equal(report.before.sparsity.down, 0);
  assert.ok(report.after.sparsity.down > 0.4 && report.after.sparsity.up === 0);
  assert.ok(report.after.meanNegativeLogLikelihood !== report.before.meanNegativeLogLikelihood);
  const silu = fileURLToPath(new URL("../../fixtures/models/llama-silu", import.meta.url));
  const [before, made] = [openHuggingFace(silu).model, openHuggingFace(at("one")).model];
  assert.deepEqual(made.config, { ...before.config, activation: { kind: "relu", shift: 0 } });
  const paths = new Map([...names(made.weights)].map(([w, path]) => [path, w]));
  for (const [w, path] of names(before.weights)) sameBits(paths.get(path) ?? w, w, path);
  assert.deepEqual(readdirSync(at("one")).sort(), ["config.json", "model.safetensors", "tokenizer.json"]);
});

test("relufy --stage 2 gives zeros in front of Q, K, V and of up too, and generate reads the result", async () => {
  const line = ["relufy", "--model", "draft", "--stage", "2", "--out", at("two"), ...few];
  const { code, out } = await ended(...line);
  assert.equal(code, 0, out);
  assert.match(out, /activation relu, after norms relu; no weight was changed/);
  assert.match(out, /mean +0\.0 → [345]\d\.\d +0\.0 → [345]\d\.\d +\d\d\.\d → \d\d\.\d/);
  const words = ["--model", at("two"), "--prompt", "The", "--tokens", "12", "--temperature", "0"];
  const written = await ended("generate", ...words, "--json");
  const { layers, density } = JSON.parse(written.out);
  assert.ok(layers.every((l: { inputs: { qkv: { sparsity: number } } }) => l.inputs.qkv.sparsity > 0.3));
  assert.ok(density > 0 && density < 0.5);
});

test("relufy --shift auto finds a shift that gives the zeros asked for, and --fold the same from the biases", async () => {
  const line = [
    "relufy",
    "--model",
    "draft",
    "--shift",
    "auto",
    "--target-sparsity",
    "0.95",
    ...few,
    "--json",
  ];
  const moved = JSON.parse((await ended(...line, "--out", at("shift"))).out);
  assert.ok(Math.abs(moved.after.sparsity.down - 0.95) < 0.005, `${moved.after.sparsity.down}`);
  assert.ok(moved.shift > 0 && moved.before.sparsity.down < 0.95);
  const folded = JSON.parse((await ended(...line, "--fold", "--out", at("fold"))).out);
  assert.equal(folded.shift, moved.shift);
  const config = JSON.parse(readFileSync(join(at("fold"), "config.json"), "utf8"));
  assert.equal(config.activation_function, "relu");
  assert.equal(config.relukit, undefined);
  const texts = await Promise.all(
    ["shift", "fold"].map(async (name) => {
      const words = [
        "--model",
        at(name),
        "--prompt",
        "The",
        "--tokens",
        "30",
        "--temperature",
        "0",
        "--json",
      ];
      const { text: written, density } = JSON.parse((await ended("generate", ...words)).out);
      return { written, density };
    }),
  );
  assert.deepEqual(texts[0], texts[1]);
});

test("relufy refuses what it cannot mean, in one sentence", async () => {
  const line = ["relufy", "--model", "draft", "--out", at("no"), ...few];
  await refused([...line, "--shift", "auto"], "--shift auto needs --target-sparsity S");
  await refused(
    [...line, "--target-sparsity", "0.5"],
    "--target-sparsity goes with --shift auto; got --shift 0",
  );
  await refused([...line, "--shift", "auto", "--target-sparsity", "1.2"], "expected a number from 0 to 1");
  await refused([...line, "--shift", "auto", "--target-sparsity", "-0.1"], "expected a number from 0 to 1");
  await refused(
    [...line, "--shift", "auto", "--target-sparsity", "1"],
    "sparsity is 1; expected a number above 0 and below 1",
  );
  await refused(
    [...line, "--shift", "99"],
    /--shift 99 silences every neuron on the text, whose greatest pre-activation is [\d.]+; expected a smaller/,
  );
  await refused([...line, "--shift", "x"], "expected a number");
  await refused([...line, "--stage", "3"], "expected 1 or 2");
  assert.equal(existsSync(at("no")), false, "nothing was written");
});

test("generate, inspect, aggregate, successors and finetune refuse a shift that silences every neuron", async () => {
  const says = "the shift 99 silences every neuron of every layer";
  await refused(
    ["generate", "--model", "draft", "--prompt", "The", "--tokens", "4", "--shift", "99"],
    /the shift 99 silences every neuron of every layer on \d+ tokens; expected a smaller one\n$/,
  );
  await refused(["inspect", "--model", "draft", "--text", text, "--shift", "99"], `${says} on ${text}`);
  const read = ["--model", "draft", "--text", text, "--max-tokens", "40", "--shift", "99"];
  await refused(["aggregate", ...read], `${says} on ${text}`);
  await refused(["successors", "--method", "cett", ...read], `${says} on the first window of the text`);
  assert.equal(existsSync(at("deaf")), false, "no folder is left");
  await refused(
    ["inspect", "--model", "draft", "--text", text, "--activation", "fatrelu", "--threshold", "99"],
    `the threshold 99 silences every neuron of every layer on ${text}`,
  );
  await refused(
    ["inspect", "--model", "llama-relu", "--text", text, "--max-tokens", "40", "--norm-shift", "99"],
    `the shift after the norms 99 silences every neuron of every layer on ${text}`,
  );
  const out = ["--out", at("deaf"), "--data", text, "--context", "16", "--threads", "1"];
  await refused(
    ["finetune", "--model", "draft", "--shift", "99", ...out],
    `${says} on the first window of the text`,
  );
});

test("finetune --l1 needs a step for each of its stages, and writes nothing without", async () => {
  const out = ["--out", at("hasty"), "--data", text, "--context", "16", "--threads", "1"];
  await refused(
    ["finetune", "--model", "draft", "--l1", "0.1", "--steps", "2", ...out],
    "--steps is 2; expected 3 at least, the stages in which --l1 rises",
  );
  assert.equal(existsSync(at("hasty")), false);
});

const short = ["--data", text, "--steps", "3", "--batch", "1", "--context", "32", "--threads", "1"];

test("finetune --teacher and --l1 change what is learned, are kept in training.json, and belong to a checkpoint", async () => {
  const run = async (name: string, ...more: readonly string[]) => {
    const line = ["finetune", "--model", "draft", ...short, "--out", at(name), "--json", ...more];
    const { code, out, err } = await ended(...line);
    assert.equal(code, 0, err);
    return JSON.parse(out);
  };
  const plain = await run("plain");
  const taught = await run("taught", "--teacher", "opt-relu", "--mix", "0.75");
  const sparing = await run("sparing", "--l1", "5");
  assert.equal(new Set([plain, taught, sparing].map(({ sha256 }) => sha256)).size, 3);
  assert.match(taught.teacher, /opt-relu$/);
  assert.equal(taught.mix, 0.75);
  assert.deepEqual(
    sparing.l1.map(({ until }: { until: number }) => until),
    [1, 2, 3],
  );
  const again = ["finetune", "--model", "draft", ...short, "--out", at("taught"), "--resume"];
  await refused([...again, "--teacher", "opt-relu", "--mix", "0.5"], "mix");
});

test("finetune refuses a teacher of another vocabulary, and --mix without one", async () => {
  const out = ["--out", at("wrong"), ...short];
  await refused(["finetune", "--model", "draft", "--mix", "0.5", ...out], "--mix goes with --teacher MODEL");
  await refused(["finetune", "--model", "draft", "--teacher", "nobody", ...out], "nobody");
  assert.ok(draft);
});
