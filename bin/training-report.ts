// The end of a run: the model in its directory, judged as it lies there, on text that it never saw.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { openHuggingFace, saveHuggingFace } from "../reference/formats/hugging-face.node.ts";
import { writeHuggingFace } from "../reference/formats/hugging-face-writer.ts";
import { observe } from "../reference/interpret/observe.ts";
import { noZeros, sparsity, together, zeros } from "../reference/measure/sparsity.ts";
import type { Model } from "../reference/models/model.ts";
import type { Trainable } from "../reference/ops/contract.ts";
import type { Tensor } from "../reference/tensor.ts";
import { nGram } from "../reference/training/n-gram.ts";
import { downsOf, validationLoss } from "../reference/training/train.ts";
import { announce, progress } from "./progress.ts";
import type { Curve, Material, Run } from "./training-run.ts";
import { duration, parameters, sha256 } from "./training-run.ts";

const utf8 = new TextEncoder();

/** Writes the model, reads it back as anybody would, and reports how it does; the order n of the n-gram is 5. */
export async function finish(
  run: Run,
  material: Material,
  trained: Model,
  machine: Trainable,
  curve: Curve,
  seconds: number,
): Promise<void> {
  const { options, terminal } = run;
  const { training, validation, tokens } = material;
  const tokenizer = { file: "tokenizer.json", chunks: [utf8.encode(run.tokenizer)] };
  saveHuggingFace(options.out, [...writeHuggingFace(trained, "BF16"), tokenizer]);

  const { model } = openHuggingFace(options.out);
  const judged = judgement(machine, model, material, run);
  announce(terminal, "counting the 5-grams of", training);
  const alphabet = new Set(training + validation).size;
  const report = {
    run: run.name,
    family: model.family,
    parameters: parameters(model),
    texts: run.texts.map(({ name, text }) => ({ name, characters: text.length })),
    trainingTokens: tokens.length,
    tokensSeen: run.recipe.steps * run.recipe.batch * run.recipe.context,
    recipe: run.recipe,
    ...run.teaching?.words,
    ops: options.ops,
    validation: { ...judged, nGram5: nGram(training, 5, alphabet).meanNegativeLogLikelihood(validation) },
    curve: thinned(curve),
  };
  const text = `${JSON.stringify(report, rounded, 1)}\n`.replace(
    /\[\s+([-\d.,e\s]+?)\s+\]/g,
    (_, list: string) => `[${list.replace(/\s+/g, " ")}]`,
  );
  saveHuggingFace(options.out, [{ file: "training.json", chunks: [utf8.encode(text)] }]);

  const hash = sha256([readFileSync(join(options.out, "model.safetensors"))]);
  if (options.json)
    terminal.out(`${JSON.stringify({ ...report, curve: undefined, seconds, sha256: hash }, null, 2)}\n`);
  else terminal.out(page(options.out, report, seconds, hash));
}

interface Judgement {
  /** −log p a character of the validation text, in nats */
  readonly natsPerCharacter: number;
  readonly natsPerToken: number;
  /** zeros in the input of every down projection, in [0, 1] */
  readonly sparsity: number;
}

function judgement(
  machine: Trainable,
  model: Model,
  { tokenizer, validation }: Material,
  { recipe, terminal }: Run,
): Judgement {
  const text = tokenizer.encode(validation);
  const [line, downs] = [progress(terminal), new Set(downsOf(model))];
  let seen = noZeros;
  const look = (x: Tensor, w: Tensor): void => {
    if (downs.has(w)) seen = together(seen, zeros(x, 0));
  };
  const natsPerToken = validationLoss(observe(machine, look), model, text, recipe.context, (done, total) =>
    line.show(() => `judged on ${done} of ${total} tokens`),
  );
  line.end();
  const characters = validation.length - tokenizer.decode(text.slice(0, 1)).length;
  return {
    natsPerCharacter: (natsPerToken * (text.length - 1)) / characters,
    natsPerToken,
    sparsity: sparsity(seen),
  };
}

/** The mean over every so many steps, 200 rows at most: what a plot shows. */
function thinned(curve: Curve) {
  const every = Math.ceil(curve.loss.length / 200);
  const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;
  const column = (values: readonly number[]): readonly number[] =>
    Array.from({ length: Math.ceil(values.length / every) }, (_, i) =>
      mean(values.slice(i * every, (i + 1) * every)),
    );
  const { loss, norm, rate, sparsity: zeroes } = curve;
  return { every, loss: column(loss), norm: column(norm), rate: column(rate), sparsity: column(zeroes) };
}

/** Five digits are what a plot can show. */
const rounded = (_: string, value: unknown): unknown =>
  typeof value === "number" && !Number.isInteger(value) ? Number(value.toPrecision(5)) : value;

function page(
  out: string,
  {
    parameters,
    tokensSeen,
    validation,
  }: {
    readonly parameters: number;
    readonly tokensSeen: number;
    readonly validation: Judgement & { readonly nGram5: number };
  },
  seconds: number,
  hash: string,
): string {
  const { natsPerCharacter, nGram5, sparsity: zeroes } = validation;
  const rows = [
    ["parameters", parameters.toLocaleString("en")],
    ["tokens seen", `${tokensSeen.toLocaleString("en")} in ${duration(seconds)}`],
    ["validation", `${natsPerCharacter.toFixed(4)} nats/character; a 5-gram has ${nGram5.toFixed(4)}`],
    ["zeros", `${(100 * zeroes).toFixed(1)} % of the input of the down projections`],
    ["sha-256", `${hash}  model.safetensors`],
  ];
  return `${out}\n${rows.map(([name = "", value]) => `  ${name.padEnd(12)}${value}\n`).join("")}`;
}
