// relukit successors as a function: words in, two streams and an exit code out, on models that ship.
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { books } from "../../bin/texts.ts";
import { ended } from "./command.ts";

const folder = mkdtempSync(join(tmpdir(), "relukit-successors-"));
after(() => rmSync(folder, { recursive: true }));
const text = join(folder, "text.txt");
writeFileSync(text, books()[2]?.text.slice(20_000, 24_000) ?? "");
const short = join(folder, "short.txt");
writeFileSync(short, "a");

const successors = (...words: readonly string[]) => ended("successors", ...words);

const on = (model: string, method: string, ...more: readonly string[]) =>
  successors("--model", model, "--text", text, "--method", method, "--max-tokens", "300", ...more);

const NAMES = [
  ...["teal", "cats", "fatrelu", "top-k", "cett", "relu-squared", "drelu", "l1", "predictor"],
  ...["sign-predictor", "window-cache", "batch-union"],
];

test("successors --list names every method that --method takes, with its paper", async () => {
  const { code, out } = await successors("--list", "--json");
  assert.equal(code, 0);
  const listed = JSON.parse(out);
  assert.deepEqual(
    listed.map(({ name }: { name: string }) => name),
    NAMES,
  );
  for (const { source } of listed) assert.match(source, /arXiv:\d{4}\.\d{5}$/);
  const { err } = await successors("--method", "none");
  assert.match(err, new RegExp(`expected one of ${NAMES.join(", ")}`));
  assert.match((await successors("--list")).out, /^teal {12}zeros in the inputs[\s\S]+batch-union/);
});

test("successors shows a person a row a setting, and is the same when asked twice", async () => {
  const { out } = await on("llama-silu", "teal", "--target", "0,0.5");
  assert.match(
    out,
    /^teal \(TEAL, arXiv:2408.14690\) on .*llama-silu\n.*: 150 tokens to calibrate on, 150 to judge by\n/,
  );
  assert.match(out, /\n {2}target {2}sparsity {2}workLeft +nats\n +0 +0 +1 +[\d.]+\n +0\.5 +0\.5\d* /);
  assert.equal((await on("llama-silu", "teal", "--target", "0,0.5")).out, out);
});

test("successors --method fatrelu --limit finds a threshold for an error, larger for a larger one", async () => {
  const { out } = await on("opt-relu", "fatrelu", "--limit", "0.1,0.3", "--json");
  const { limits, rows } = JSON.parse(out).found;
  assert.equal(rows, undefined);
  assert.ok(limits[0].threshold > 0 && limits[1].threshold > limits[0].threshold);
  assert.ok(limits[1].sparsity > limits[0].sparsity && limits[1].sparsity < 1);
});

test("successors --ops reference gives nearly the kernels' numbers", async () => {
  const few = ["--max-tokens", "24", "--target", "0.5", "--json"];
  const nats = async (ops: string) =>
    JSON.parse((await on("llama-silu", "cats", ...few, "--ops", ops)).out).found[0].nats;
  assert.ok(Math.abs((await nats("reference")) - (await nats("kernels"))) < 1e-4);
});

/** Wrong uses, each with the one sentence that it gets. */
const wrong: Readonly<Record<string, readonly [args: readonly string[], sentence: RegExp]>> = {
  "no method": [
    ["--model", "opt-relu", "--text", text],
    /^relukit: --method is missing; expected one of teal, /,
  ],
  "no model": [["--method", "teal"], /^relukit: --model is missing; teal is measured on both\n$/],
  "no text": [
    ["--method", "teal", "--model", "opt-relu"],
    /^relukit: --text is missing; teal is measured on both\n$/,
  ],
  "a target above 1": [["--target", "1.5"], /is '1.5'; expected a number from 0 to 1\n$/],
  "a target twice": [["--target", "0.5,0.5"], /is '0.5,0.5'; expected numbers that differ\n$/],
  "another method's setting": [
    ["--method", "drelu", "--alpha", "1"],
    /^relukit: --alpha is no setting of drelu, which takes none\n$/,
  ],
  "a setting of two": [
    ["--method", "predictor", "--batch", "1"],
    /^relukit: --batch is no setting of predictor, which takes --rank and --chance\n$/,
  ],
  "gates where there are none": [
    ["--model", "opt-relu", "--text", text, "--method", "cats"],
    /^relukit: cats: the model is of the family opt; expected a gated feed-forward, as llama has\n$/,
  ],
  "zeros where there are none": [
    ["--model", "llama-silu", "--text", text, "--method", "fatrelu"],
    /^relukit: fatrelu: the activation is silu; expected one that is zero for what is negative, such as relu\n$/,
  ],
  "a plain layer where there is a gate": [
    ["--model", "llama-relu", "--text", text, "--method", "relu-squared"],
    /^relukit: relu-squared: the model is of the family llama; expected a plain feed-forward, as opt and falcon have\n$/,
  ],
  "a limit for FATReLU behind a gate": [
    ["--model", "llama-relu", "--text", text, "--method", "fatrelu", "--limit", "0.1"],
    /^relukit: fatrelu --limit: the model is of the family llama; expected a plain feed-forward, as opt and falcon have\n$/,
  ],
  "a target that leaves no neuron": [
    ["--model", "opt-relu", "--text", text, "--method", "fatrelu", "--target", "1"],
    /^relukit: fatrelu: target is 1; expected one below 1 that leaves a neuron alive\n$/,
  ],
  "a batch of more than there are": [
    ["--model", "opt-relu", "--text", text, "--method", "batch-union", "--max-tokens", "600", "--batch", "9"],
    /^relukit: batches: B is 9; expected a whole number from 1 to 2, the sequences there are\n$/,
  ],
  "a chance that is none": [
    [
      "--model",
      "opt-relu",
      "--text",
      text,
      "--method",
      "predictor",
      "--max-tokens",
      "20",
      "--rank",
      "1",
      "--chance",
      "1",
    ],
    /^relukit: predictor: threshold is 1; expected a probability in \(0, 1\)\n$/,
  ],
  "too short a text": [
    ["--model", "opt-relu", "--text", short, "--method", "teal"],
    /^relukit: .*short.txt: has 1 tokens; expected four at least, two to calibrate on and two to judge by\n$/,
  ],
  "no full sequence": [
    ["--model", "opt-relu", "--text", text, "--method", "window-cache", "--max-tokens", "40"],
    /^relukit: the part of the text that judges has 20 tokens; expected P = 128 at least, one full sequence\n$/,
  ],
};

for (const [what, [args, sentence]] of Object.entries(wrong)) {
  test(`successors with ${what} says so in a sentence, and exits with 2`, async () => {
    const { code, out, err } = await successors(...args);
    assert.deepEqual([code, out], [2, ""]);
    assert.match(err, sentence);
  });
}
