// Whole models: training against jax-js, decoding with rows skipped, and how long a command takes to its first token.
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { generate } from "../../reference/decoding/generate.ts";
import { greedy } from "../../reference/decoding/sampling.ts";
import { openHuggingFace } from "../../reference/formats/hugging-face.node.ts";
import { count, type Work } from "../../reference/interpret/count.ts";
import { skipZeros } from "../../reference/interpret/skip-zeros.ts";
import { initialOpt } from "../../reference/models/initialize.ts";
import type { Model } from "../../reference/models/model.ts";
import type { Ops } from "../../reference/ops/contract.ts";
import { reference } from "../../reference/ops/reference.ts";
import { stream } from "../../reference/random.ts";
import { batch } from "../../reference/training/corpus.ts";
import { Optimizer } from "../../reference/training/optimizer.ts";
import { type Recipe, train } from "../../reference/training/train.ts";
import { names } from "../../reference/weights.ts";
import { kernels } from "../index.node.ts";
import { atLeast, type Bench, giga, median, medians } from "./measure.ts";
import { jaxTraining } from "./peers/jax-training.ts";
import { jax } from "./peers/libraries.ts";
import { computed, computing, figure, twoRoofs } from "./roofs.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const shipped = `${root}fixtures/models/opt-relu`;

const recipe: Recipe = {
  seed: 1,
  steps: 1_000_000,
  batch: 16,
  context: 128,
  warmUp: 10,
  peak: 0.001,
  floor: 1,
  beta1: 0.9,
  beta2: 0.99,
  epsilon: 1e-8,
  decay: 0.1,
  clip: 1,
};

export async function training(bench: Bench): Promise<void> {
  const name = "training tokens/s, 0.8 M parameter OPT style, context 128, batch 16";
  if (!bench.wanted(name)) return;
  bench.note(name);
  const sizes = { V: 128, D: 128, F: 512, L: 4, N: 4, G: 4, K: 32, P: 128 };
  const config = {
    sizes,
    epsilon: 1e-5,
    activation: { kind: "relu", shift: 0 },
    afterNorm: { kind: "identity" },
  } as const;
  const model = initialOpt(config, 1, 0.06);
  const draws = stream(1, "text");
  const text = Array.from({ length: 20_000 }, (_, i) => (i % 3 === 0 ? i % 64 : draws.integer(sizes.V)));

  const contestant = async (threads: number) => {
    const ops = await kernels({ threads, mebibytes: 256 });
    const optimizer = new Optimizer<Model["weights"]>(ops.inPlace, model.weights, recipe);
    const steps = train(ops, { ...model, weights: optimizer.weights } as Model, optimizer, text, recipe);
    const losses: number[] = [];
    const run = (): void => void losses.push(steps.next().value?.loss ?? Number.NaN);
    return { ops, losses, run };
  };
  const [one, two] = [await contestant(1), await contestant(2)];
  const library = await jax();
  const theirs: number[] = [];
  const step = library && jaxTraining(library, sizes, float32(model), recipe, recipe.batch, recipe.context);
  let at = 0;
  const byJax = async (): Promise<void> => {
    at++;
    const windows = batch(text, recipe.seed, at, recipe.batch, recipe.context);
    const ids = (part: "tokens" | "targets") =>
      Int32Array.from(windows.flatMap((window) => [...window[part]]));
    const rate = recipe.peak * Math.min(1, at / recipe.warmUp);
    theirs.push((await step?.(ids("tokens"), ids("targets"), rate, at)) ?? Number.NaN);
  };
  const [roof, twoRoof] = [computing(one.ops), computing(two.ops)];
  const times = await medians({ one, two, jax: step && { run: byJax }, roof, twoRoof }, 3 * bench.seconds);
  for (const [i, loss] of theirs.slice(0, 5).entries())
    if (!(Math.abs(loss - (one.losses[i] ?? 0)) < 1e-3))
      throw new Error(`bench: jax-js has a loss of ${loss} at step ${i + 1}, ours is ${one.losses[i]}`);
  two.ops.close();
  const speed = (time: number | null) =>
    time === null ? null : (1000 * recipe.batch * recipe.context) / time;
  const flops = 6 * recipe.batch * recipe.context * parameters(model); // a multiply-add forward, two back
  const registers = computed(times.roof);
  const share = `its products alone run at ${figure(giga(flops, times.one), "GFLOP/s")} of ${figure(registers, "GFLOP/s")} in registers`;
  const [ours, both, other] = [speed(times.one), speed(times.two), speed(times.jax)];
  const against = { other, name: `${name}: one thread over jax-js (jit, wasm)` };
  bench.row(atLeast({ ...against, ours, goal: 2, why: share }));
  const why = twoRoofs(registers, computed(times.twoRoof));
  bench.row(
    atLeast({ ...against, name: `${name}: two threads over jax-js (jit, wasm)`, ours: both, goal: 3.5, why }),
  );
}

/** How many numbers the weights are. */
const parameters = (model: Model): number =>
  [...names(model.weights).keys()].reduce((total, { size }) => total + size, 0);

const float32 = (model: Model) =>
  new Map(
    [...names(model.weights)].map(([{ shape, data }, path]) => [
      path.split(" ")[0] ?? path, // "tokens = unembedding", a tied table, by its first name
      { shape, data: Float32Array.from(data) },
    ]),
  );

export async function decoding(bench: Bench): Promise<void> {
  const name = "decode tokens/s of a shipped ReLU model, sparse over dense, same kernels";
  if (!bench.wanted(name)) return;
  if (!existsSync(shipped)) return bench.note(`${name}: left out, fixtures/models/opt-relu is not there`);
  bench.note(name);
  const { model } = openHuggingFace(shipped);
  const ops = await kernels({ mebibytes: 64 });
  const placed = { ...model, weights: ops.load(model.weights) } as Model;
  const tokens = 100;
  const decode = (machine: Ops, of: Model) => (): void => {
    let left = tokens;
    for (const _ of generate(machine, of, [40, 41, 42], greedy)) if (--left === 0) return;
  };
  const times = await medians(
    { sparse: { run: decode(skipZeros(ops), placed) }, dense: { run: decode(ops, placed) } },
    bench.seconds,
  );
  const speed = (time: number | null) => (time === null ? null : (1000 * tokens) / time);
  const [asked, done] = [count(reference), count(reference)];
  decode(asked, model)();
  decode(skipZeros(done), model)();
  const predicted = reads(asked.ledger) / reads(done.ledger);
  const [ours, other] = [speed(times.sparse), speed(times.dense)];
  const row = atLeast({ name: `${name}: the goal is the ledger's prediction`, ours, other, goal: predicted });
  bench.row({ ...row, met: null });
}

const reads = (ledger: ReadonlyMap<unknown, Work>): number =>
  [...ledger.values()].reduce((total, { weightsRead }) => total + weightsRead, 0);

export async function firstToken(bench: Bench): Promise<void> {
  const name = "time to first token of `node bin/relukit.js generate` (no npx), shipped model";
  if (!bench.wanted(name)) return;
  if (!existsSync(shipped)) return bench.note(`${name}: left out, fixtures/models/opt-relu is not there`);
  bench.note(name);
  const times: number[] = [];
  for (let i = 0; i < 11; i++) times.push(await untilText("There was once"));
  const seconds = (median(times) ?? 0) / 1000;
  bench.row({
    name: `${name}: seconds`,
    ours: seconds,
    other: null,
    ratio: seconds,
    goal: 0.7,
    sense: "<=",
    met: seconds <= 0.7,
  });
}

/** Milliseconds from the start of the process to the first character after its prompt. */
function untilText(prompt: string): Promise<number> {
  const start = performance.now();
  const words = ["generate", "--model", shipped, "--prompt", prompt, "--tokens", "1"];
  const child = spawn(process.execPath, [`${root}bin/relukit.js`, ...words], {
    stdio: ["ignore", "pipe", "ignore"],
  });
  return new Promise((resolve, reject) => {
    let [text, found] = ["", Number.NaN];
    child.stdout.on("data", (part: Buffer) => {
      text += part;
      if (text.length > prompt.length && Number.isNaN(found)) found = performance.now() - start;
    });
    child.once("close", (code) =>
      code === 0 ? resolve(found) : reject(new Error("bench: generate failed")),
    );
  });
}
