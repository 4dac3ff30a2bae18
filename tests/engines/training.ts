// Training from fixed seeds, and the SHA-256 of what became of every weight: the same on every engine. Bundled by
// bundle.ts with the text to learn from; training-on-node.ts and training-on-page.ts run it.
import type { Kernels, Settings } from "../../kernels/kernels.ts";
import { JsonField } from "../../reference/formats/json-field.ts";
import { learnBytePair } from "../../reference/formats/tokenizers/byte-pair-training.ts";
import { tokenizerJson } from "../../reference/formats/tokenizers/tokenizer-json.ts";
import type { Model } from "../../reference/models/model.ts";
import type { Trainable } from "../../reference/ops/contract.ts";
import { reference } from "../../reference/ops/reference.ts";
import type { Tokens } from "../../reference/tensor.ts";
import { Optimizer } from "../../reference/training/optimizer.ts";
import { presets } from "../../reference/training/presets.ts";
import { type Recipe, train } from "../../reference/training/train.ts";
import { tensorsIn } from "../../reference/weights.ts";
import { pause, sha256 } from "./web.ts";

declare const TEXT: string; // put in by the bundler

/** For each machine, and each run on it, the SHA-256 of the weights at the end. */
export type Outcome = Readonly<Record<string, Readonly<Record<string, string>>>>;

/** The lesson's run whole; of the larger models a few steps, for the sizes and operators that it has not. */
const runs: Readonly<Record<string, Partial<Recipe>>> = {
  lesson: {},
  "opt-gelu": { steps: 3, batch: 2 },
  "opt-swish8": { steps: 3, batch: 2 },
  "llama-silu": { steps: 3, batch: 2 },
  "llama-relu": { steps: 3, batch: 2 },
};

export async function outcome(kernels: (settings: Settings) => Promise<Kernels>): Promise<Outcome> {
  const tokenizer = learnBytePair(TEXT, 512);
  const text = tokenizerJson(new JsonField("tokenizer.json", "", JSON.parse(tokenizer))).encode(TEXT);
  const result: Record<string, Record<string, string>> = {};
  for (const [threads, name] of [
    [1, "one thread"],
    [2, "two threads"],
  ] as const) {
    const machine = await kernels({ threads, mebibytes: 128 });
    if (machine.threads !== threads) throw new Error(`asked for ${threads} threads, got ${machine.threads}`);
    const sums: Record<string, string> = {};
    for (const [preset, changes] of Object.entries(runs))
      sums[preset] = await run(machine, preset, changes, text);
    result[name] = sums;
    machine.close();
  }
  const small = { steps: 2, batch: 1, context: 32 };
  result["float64"] = { lesson: await run(reference, "lesson", small, text) };
  return result;
}

async function run(
  machine: Trainable,
  name: string,
  changes: Partial<Recipe>,
  text: Tokens,
): Promise<string> {
  const preset = presets[name];
  if (!preset) throw new Error(`there is no preset ${name}`);
  const recipe = { ...preset.recipe, ...changes };
  const model = preset.model(512, recipe.seed);
  const optimizer = new Optimizer<Model["weights"]>(machine.inPlace, model.weights, recipe);
  const trained = { ...model, weights: optimizer.weights } as Model;
  for (const { step } of train(machine, trained, optimizer, text, recipe)) if (step % 10 === 0) await pause(); // else a browser takes the page for one that hangs
  const sum = await sha256(bytesOf(optimizer.weights));
  optimizer.release();
  return sum;
}

function bytesOf(weights: unknown): Uint8Array {
  const numbers = [...tensorsIn(weights)].map(({ data }) => data);
  const bytes = new Uint8Array(numbers.reduce((total, { byteLength }) => total + byteLength, 0));
  let at = 0;
  for (const { buffer, byteOffset, byteLength } of numbers) {
    bytes.set(new Uint8Array(buffer, byteOffset, byteLength), at);
    at += byteLength;
  }
  return bytes;
}
