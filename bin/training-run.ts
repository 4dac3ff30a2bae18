// One run of train or finetune: steps with their progress, checkpoints that a kill cannot spoil, a model at the end.
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { setImmediate } from "node:timers/promises";
import { makeFolder, openFile, removeDrafts, writeFile } from "../reference/formats/file.node.ts";
import { FormatError } from "../reference/formats/format-error.ts";
import { jsonObject } from "../reference/formats/json.ts";
import { JsonField } from "../reference/formats/json-field.ts";
import { checkFit, type Tokenizer } from "../reference/formats/tokenizers/tokenizer.ts";
import { tokenizerJson } from "../reference/formats/tokenizers/tokenizer-json.ts";
import {
  readTraining,
  type TrainingCheckpoint,
  writeTraining,
} from "../reference/formats/training-checkpoint.ts";
import { sparsity as zeroShare } from "../reference/measure/sparsity.ts";
import type { Model } from "../reference/models/model.ts";
import type { Tensor, Tokens } from "../reference/tensor.ts";
import { split } from "../reference/training/corpus.ts";
import { judgement } from "../reference/training/judgement.ts";
import { Optimizer } from "../reference/training/optimizer.ts";
import { Diverged, type Progress, type Recipe, train } from "../reference/training/train.ts";
import { mapTensors, names } from "../reference/weights.ts";
import { checkAlive } from "./alive.ts";
import type { Teaching } from "./finetune-lesson.ts";
import { machineOf } from "./machine.ts";
import { announce, progress } from "./progress.ts";
import { Interrupted, type Terminal, WrongUse } from "./terminal.ts";
import type { Text } from "./texts.ts";
import type { RunOptions } from "./training-options.ts";
import { finish } from "./training-report.ts";

export interface Run {
  /** what the run is, in words, for its checkpoint */
  readonly name: string;
  /** the model before the first step, for so many tokens */
  readonly model: (V: number) => Model;
  /** the text of a tokenizer.json */
  readonly tokenizer: string;
  readonly texts: readonly Text[];
  readonly recipe: Recipe;
  readonly options: RunOptions;
  readonly terminal: Terminal;
  /** what is taught beside the next token, if anything is */
  readonly teaching?: Teaching;
}

/** What a run has to go on, once its words were understood. */
export interface Material {
  readonly model: Model;
  readonly tokenizer: Tokenizer;
  readonly validation: string;
  readonly training: string;
  readonly tokens: Tokens;
}

/** How many numbers a model learns. */
export const parameters = ({ weights }: Model): number =>
  [...names(weights).keys()].reduce((total, w) => total + w.size, 0);

/** The columns of the curve: a number a step each. */
export const CURVE = ["loss", "norm", "rate", "sparsity"] as const;
export type Curve = Readonly<Record<(typeof CURVE)[number], number[]>>;

export async function trainingRun(run: Run): Promise<void> {
  const { options, recipe, terminal } = run;
  const material = materialOf(run);
  const { model } = material;
  const about = description(run, material);

  const file = join(options.out, "training.safetensors");
  const before = checkpointOf(file, model, about, options);
  const machine = await machineOf(options, parameters(model));
  const weights = before
    ? mapTensors(model.weights, (w, path) => before.tensors.get(path)?.weight ?? w)
    : model.weights;
  const optimizer = new Optimizer<Model["weights"]>(
    machine.inPlace,
    weights,
    recipe,
    before?.step,
    before?.tensors,
  );
  const trained = { ...model, weights: optimizer.weights } as Model;
  const curve = curveOf(before);

  const first = material.tokens.slice(0, recipe.context);
  const { layers } = judgement(machine, trained, first, recipe.context, 0);
  checkAlive(
    model.config,
    layers.map(({ down }) => zeroShare(down)),
    "on the first window of the text",
  );
  makeFolder(options.out);
  removeDrafts(file);

  let saved = before?.step ?? 0;
  const save = (): void => {
    writeFile(file, writeTraining(stateOf(optimizer, about, curve)));
    saved = optimizer.step;
  };
  if (!before) save(); // a folder that cannot be written, or a full disk, is found before the first step

  const [line, clock] = [progress(terminal), clockOf(recipe, optimizer.step)];
  const interrupt = listening();
  try {
    const lesson = run.teaching?.lesson(machine);
    for (const step of train(machine, trained, optimizer, material.tokens, recipe, lesson)) {
      for (const name of CURVE) curve[name].push(step[name]);
      line.show(() => clock.says(step));
      if (step.step % options.every === 0 || step.step === recipe.steps) save();
      await setImmediate(); // signals are heard
      if (!interrupt.heard()) continue;
      save();
      throw new Interrupted(
        `stopped after step ${step.step} of ${recipe.steps}; --resume goes on from there`,
      );
    }
  } catch (error) {
    if (!(error instanceof Diverged || error instanceof FormatError)) throw error; // a full disk is the latter
    throw new WrongUse(`${error.message}; ${file} is the last good checkpoint, of step ${saved}`);
  } finally {
    interrupt.end();
    line.end();
  }
  await finish(run, material, { ...trained }, machine, curve, clock.seconds());
  machine.close();
}

/** Everything that can be wrong with the words is found here, before anything is written. */
function materialOf({ model: modelOf, tokenizer: json, texts, recipe, options, terminal }: Run): Material {
  const tokenizer = tokenizerJson(
    new JsonField("tokenizer.json", "", jsonObject(json, "tokenizer.json", "text")),
  );
  const model = modelOf(tokenizer.size);
  const { P, V } = model.config.sizes;
  checkFit("tokenizer.json", tokenizer, V);
  if (recipe.context > P)
    throw new WrongUse(`--context is ${recipe.context}; expected ${P} at most, the positions of the model`);
  const { training, validation } = split(texts.map(({ text }) => text));
  announce(terminal, "encoding", training);
  const tokens = tokenizer.encode(training);
  const judged = tokenizer.encode(validation);
  if (tokens.length <= recipe.context || judged.length < 2) {
    const what = options.data ? options.data.join(", ") : "the default texts";
    throw new WrongUse(
      `${what}: ${tokens.length} tokens to train on and ${judged.length} to be judged on; ` +
        `expected more than ${recipe.context}, the context, and 2 at least`,
    );
  }
  return { model, tokenizer, training, validation, tokens };
}

/** What a checkpoint has to be of for a run to go on from it: all that its bits depend on. */
const description = (run: Run, { model, training }: Material): string =>
  JSON.stringify({
    run: run.name,
    family: model.family,
    ...model.config,
    ...run.recipe,
    ...run.teaching?.words,
    text: sha256([new TextEncoder().encode(training)]),
    tokenizer: sha256([new TextEncoder().encode(run.tokenizer)]),
    weights: sha256([...names(model.weights).keys()].map(bytesOf)),
    ops: run.options.ops,
  });

export function sha256(parts: readonly Uint8Array[]): string {
  const hash = createHash("sha256");
  for (const part of parts) hash.update(part);
  return hash.digest("hex");
}

const bytesOf = ({ data }: Tensor): Uint8Array =>
  new Uint8Array(data.buffer, data.byteOffset, data.byteLength);

/** The checkpoint to go on from, if one is asked for. */
function checkpointOf(
  file: string,
  model: Model,
  about: string,
  { resume, out }: RunOptions,
): TrainingCheckpoint | undefined {
  const there = existsSync(file);
  if (!resume && there)
    throw new WrongUse(`${out}: holds a run already; expected --resume, to go on with it, or another --out`);
  if (!resume) return undefined;
  if (!there)
    throw new WrongUse(
      `${out}: holds no training.safetensors to resume from; expected a run that was begun there`,
    );
  const source = openFile(file);
  try {
    const shapes = new Map([...names(model.weights)].map(([w, path]) => [path, w]));
    return readTraining(source, shapes, about);
  } finally {
    source.close();
  }
}

function stateOf(optimizer: Optimizer<Model["weights"]>, run: string, curve: Curve): TrainingCheckpoint {
  const tensors = [...names(optimizer.weights)].map(([weight, path]) => {
    const { first, second } = optimizer.moments.get(path) ?? { first: weight, second: weight };
    return [path, { weight, first, second }] as const;
  });
  return { step: optimizer.step, run, tensors: new Map(tensors), curve: new Map(Object.entries(curve)) };
}

const curveOf = (before: TrainingCheckpoint | undefined): Curve => {
  const column = (name: string): number[] => [...(before?.curve.get(name) ?? [])];
  return { loss: column("loss"), norm: column("norm"), rate: column("rate"), sparsity: column("sparsity") };
};

/** Says how a run stands, and how long it has taken and will. */
function clockOf({ steps, batch, context }: Recipe, first: number) {
  const start = performance.now();
  const seconds = (): number => (performance.now() - start) / 1000;
  const says = ({ step, loss, sparsity }: Progress): string => {
    const speed = (step - first) / seconds();
    const bar = "#".repeat(Math.floor((20 * step) / steps)).padEnd(20, ".");
    const parts = [
      `[${bar}] step ${`${step}`.padStart(`${steps}`.length)} of ${steps}`,
      `loss ${loss.toFixed(3)}`,
      `zeros ${(100 * sparsity).toFixed(1).padStart(4)} %`,
      `${Math.round(speed * batch * context)} tokens/s`,
      `${duration((steps - step) / speed)} left`,
    ];
    return parts.join("  ");
  };
  return { seconds, says };
}

/** 7384 seconds as 2 h 03 min. */
export function duration(seconds: number): string {
  if (seconds < 100) return `${Math.ceil(seconds)} s`;
  const minutes = Math.ceil(seconds / 60);
  return minutes < 100
    ? `${minutes} min`
    : `${Math.floor(minutes / 60)} h ${`${minutes % 60}`.padStart(2, "0")} min`;
}

/** The first interrupt is heard between two steps; a second one ends the process as usual. */
function listening() {
  let heard = false;
  const hear = (): void => {
    heard = true;
  };
  process.once("SIGINT", hear).once("SIGTERM", hear);
  return {
    heard: () => heard,
    end: () => process.off("SIGINT", hear).off("SIGTERM", hear),
  };
}
