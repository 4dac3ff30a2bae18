// What relufy does: the surgery, a shift if asked, a look at the model before and after, and the new directory.
import { copyFileSync, existsSync, realpathSync } from "node:fs";
import { extname, join } from "node:path";
import { attempt, makeFolder } from "../reference/formats/file.node.ts";
import { saveHuggingFace } from "../reference/formats/hugging-face.node.ts";
import { copyRelufied, rewriteRelufied } from "../reference/formats/hugging-face-surgery.node.ts";
import { exactFloat, writeHuggingFace } from "../reference/formats/hugging-face-writer.ts";
import { sparsity } from "../reference/measure/sparsity.ts";
import type { Model } from "../reference/models/model.ts";
import type { Ops } from "../reference/ops/contract.ts";
import { folded } from "../reference/relufication/fold.ts";
import { greatestPreactivation, settledShift } from "../reference/relufication/shift.ts";
import { shifted, stage1, stage2 } from "../reference/relufication/surgery.ts";
import type { Tokens } from "../reference/tensor.ts";
import { split } from "../reference/training/corpus.ts";
import { type INPUTS, judgement } from "../reference/training/judgement.ts";
import { folderOf, leave, textOf } from "./load.ts";
import { machineOf, roomOf } from "./machine.ts";
import { checkNorms, tokenizerPath } from "./model-options.ts";
import { progress, reading } from "./progress.ts";
import type { RelufyOptions } from "./relufy.ts";
import { type Terminal, WrongUse } from "./terminal.ts";
import { books } from "./texts.ts";

export type Relufied = Awaited<ReturnType<typeof relufied>>;
type Look = ReturnType<typeof lookOf>;

export async function relufied(options: RelufyOptions, terminal: Terminal) {
  const { out, stage, targetSparsity, fold } = options;
  checkShift(options);
  const { model: name, tokenizer } = options;
  const source = tokenizer === undefined ? { model: name } : { model: name, tokenizer };
  const loaded = leave(source, terminal);
  const text = tokensOf(options, loaded.tokenizer.encode);
  const machine = await machineOf(options, roomOf(loaded.model.weights, options.stream), 1);
  const line = progress(terminal);
  const original = { ...loaded.model, weights: machine.load(loaded.model.weights, reading(line)) } as Model;
  if (!options.stream) loaded.warn();
  line.show(() => `reading ${text.length} tokens as the model is`);
  const before = lookOf(machine, original, text);

  const plain = withConfig(original, stage === 1 ? stage1 : stage2);
  checkNorms(plain, plain.config.afterNorm);
  const context = Math.min(256, original.config.sizes.P);
  const windows = windowsOf(text, context);
  const b =
    options.shift === "auto"
      ? settledShift(machine, plain, windows, targetSparsity ?? 0, (round) =>
          line.show(() => `looking for the shift, round ${round}`),
        )
      : options.shift;
  const moved = b === 0 ? plain : withConfig(plain, (config) => shifted(config, b));
  line.show(() => `reading ${text.length} tokens after surgery`);
  const after = lookOf(machine, moved, text);
  const silent = after.layers.every(({ down }) => down === 1);
  const greatest = silent ? greatestPreactivation(machine, moved, windows) : Number.NaN;
  machine.close();
  line.end();
  if (silent)
    throw new WrongUse(
      `--shift ${b} silences every neuron on the text, whose greatest pre-activation is ${greatest.toPrecision(4)}; expected a smaller shift`,
    );

  const saved = { ...moved, weights: loaded.model.weights } as Model;
  const folder = folderOf(name);
  const told = (done: number, total: number): void => line.show(() => `${out}: ${done} of ${total} bytes`);
  if (folder === undefined) save(out, fold ? folded(saved) : saved);
  else if (fold) rewriteRelufied(folder, out, folded(saved), told);
  else copyRelufied(folder, out, saved.config, told);
  keepTokenizer(out, tokenizerPath(source));
  loaded.close();
  line.end();
  if (options.stream) loaded.warn();
  const { family, config } = moved;
  const { activation, afterNorm } = config;
  return {
    ...{ model: options.model, out, family, stage, shift: b, folded: fold ?? false, activation, afterNorm },
    ...{ text: options.text ?? "the held-out tenth of the default texts", tokens: text.length },
    ...{ targetSparsity, before, after },
  };
}

function checkShift({ shift, targetSparsity }: RelufyOptions): void {
  if (shift === "auto" && targetSparsity === undefined)
    throw new WrongUse("--shift auto needs --target-sparsity S, the share of zeros wanted");
  if (shift !== "auto" && targetSparsity !== undefined)
    throw new WrongUse(`--target-sparsity goes with --shift auto; got --shift ${shift}`);
}

function tokensOf({ text, maxTokens }: RelufyOptions, encode: (text: string) => Tokens): Tokens {
  const whole = text === undefined ? split(books().map((book) => book.text)).validation : textOf(text);
  const tokens = encode(whole.slice(0, 64 * maxTokens).replace(/[\ud800-\udbff]$/, "")).slice(0, maxTokens);
  if (tokens.length < 2)
    throw new WrongUse(
      `${text ?? "the default text"}: has ${tokens.length} tokens; expected two at least, one to predict`,
    );
  return tokens;
}

const withConfig = (model: Model, change: (config: Model["config"]) => Model["config"]): Model =>
  ({ ...model, config: change(model.config) }) as Model;

const windowsOf = (text: Tokens, T: number): readonly Tokens[] =>
  Array.from({ length: Math.ceil(text.length / T) }, (_, i) => text.slice(i * T, (i + 1) * T));

/** Likelihood and zeros of a model on a text, in windows of 256 tokens at most. */
function lookOf(ops: Ops, model: Model, text: Tokens) {
  const { loss, layers } = judgement(ops, model, text, Math.min(256, model.config.sizes.P), 0);
  const shares = layers.map((layer) => ({
    qkv: sparsity(layer.qkv),
    up: sparsity(layer.up),
    down: sparsity(layer.down),
  }));
  const mean = (input: (typeof INPUTS)[number]): number =>
    shares.reduce((total, layer) => total + layer[input], 0) / shares.length;
  return {
    meanNegativeLogLikelihood: loss,
    sparsity: { qkv: mean("qkv"), up: mean("up"), down: mean("down") },
    layers: shares,
  };
}

export type { Look };

const save = (out: string, model: Model): void =>
  saveHuggingFace(out, writeHuggingFace(model, exactFloat(model)));

function keepTokenizer(out: string, tokenizer: string): void {
  makeFolder(out);
  const target = join(out, `tokenizer${extname(tokenizer)}`);
  if (existsSync(target) && realpathSync(target) === realpathSync(tokenizer)) return;
  attempt(target, "be written", () => copyFileSync(tokenizer, target));
}
