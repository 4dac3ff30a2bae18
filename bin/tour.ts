// relukit tour: half a minute in the terminal. A shipped model writes, its zeros are shown, and rows are skipped.
import { type Command, Option } from "commander";
import type { Model } from "../reference/models/model.ts";
import type { Ops } from "../reference/ops/contract.ts";
import type { Tensor, Tokens } from "../reference/tensor.ts";
import { modelPath } from "./model-options.ts";
import { number, wholeFrom } from "./numbers.ts";
import { type Terminal, WrongUse } from "./terminal.ts";

interface Options {
  readonly model: string;
  readonly prompt: string;
  readonly tokens: number;
  readonly seed: number;
  readonly json?: boolean;
}

export function addTour(program: Command, terminal: Terminal): void {
  program
    .command("tour")
    .description("Half a minute: a model writes, shows its zeros, and skips rows to the same bits.")
    .addOption(
      new Option("-m, --model <path>", "a model with ReLU, shipped or your own")
        .argParser(modelPath)
        .default(modelPath("opt-relu"), "opt-relu"),
    )
    .option("-p, --prompt <text>", "what the text begins with", "Once upon a time")
    .option("-n, --tokens <n>", "how many new tokens", number(wholeFrom(1)), 100)
    .option("--seed <n>", "the same seed draws the same text", number(wholeFrom(0)), 2)
    .option("--json", "prints one JSON document")
    .action((options: Options) => run(options, terminal));
}

async function run(options: Options, terminal: Terminal): Promise<void> {
  const { load } = await import("./load.ts");
  const { machineOf } = await import("./machine.ts");
  const { skipZeros } = await import("../reference/interpret/skip-zeros.ts");
  const { names } = await import("../reference/weights.ts");
  const say = options.json ? () => undefined : (text: string) => terminal.out(text);

  const { model, tokenizer } = load(options, terminal);
  const parameters = [...names(model.weights).keys()].reduce((total, w) => total + w.size, 0);
  const machine = await machineOf({ ops: "kernels" }, parameters, 1);
  const placed = { ...model, weights: machine.load(model.weights) } as Model;
  const prompt = tokenizer.prompt(options.prompt);
  const { P, L, F } = model.config.sizes;
  if (prompt.length === 0)
    throw new WrongUse("--prompt is empty; expected a text for the model to go on from");
  if (prompt.length > P)
    throw new WrongUse(
      `--prompt has ${prompt.length} tokens; expected ${P} at most, the positions of the model`,
    );
  const wanted = Math.min(options.tokens, P - prompt.length + 1);

  say(`\n${model.family}, ${parameters.toLocaleString("en")} parameters, writes:\n\n`);
  const text = tokenizer.stream();
  say(prompt.map((token) => text.next(token)).join(""));
  await written(machine, placed, prompt, wanted, options.seed, (token) => say(text.next(token))); // warms up, too
  say(`${text.end()}\n`);

  const dense = await written(machine, placed, prompt, wanted, options.seed);
  const sparse = await written(skipZeros(machine), placed, prompt, wanted, options.seed);
  const same = sameBits(dense.logits, sparse.logits);
  const layers = await zerosOf(machine, placed, [...prompt, ...dense.tokens]);
  machine.close();

  const rows = layers.map((zeros) => F * (1 - zeros));
  const report = {
    model: options.model,
    text: tokenizer.decode([...prompt, ...dense.tokens]),
    zerosByLayer: layers,
    rowsOfDownPerToken: { all: L * F, read: rows.reduce((a, b) => a + b, 0) },
    sameBits: same,
    tokensPerSecond: { dense: dense.speed, sparse: sparse.speed },
  };
  if (options.json) terminal.out(`${JSON.stringify(report, null, 2)}\n`);
  else terminal.out(page(report));
}

interface Written {
  readonly tokens: Tokens;
  readonly logits: readonly Float32Array[];
  /** tokens a second, those after the first: the first reads the whole prompt */
  readonly speed: number;
}

async function written(
  ops: Ops,
  model: Model,
  prompt: Tokens,
  wanted: number,
  seed: number,
  say: (token: number) => void = () => undefined,
): Promise<Written> {
  const { generate } = await import("../reference/decoding/generate.ts");
  const { sampler } = await import("../reference/decoding/sampling.ts");
  const { stream } = await import("../reference/random.ts");
  const choose = sampler({ temperature: 0.7, topP: 0.9, uniform: stream(seed, "generate").uniform });
  const [tokens, logits]: [number[], Float32Array[]] = [[], []];
  let start = 0;
  for (const { token, run } of generate(ops, model, prompt, choose)) {
    start ||= performance.now();
    tokens.push(token);
    logits.push(Float32Array.from(run.logits.data));
    say(token);
    if (tokens.length === wanted) break;
  }
  return { tokens, logits, speed: (1000 * (tokens.length - 1)) / (performance.now() - start) };
}

function sameBits(a: readonly Float32Array[], b: readonly Float32Array[]): boolean {
  const words = (x: Float32Array | undefined): Uint32Array =>
    new Uint32Array(x?.buffer ?? new ArrayBuffer(0));
  return a.length === b.length && a.every((x, i) => words(x).every((word, j) => word === words(b[i])[j]));
}

/** The zeros in what each layer's down projection reads, in [0, 1]. */
async function zerosOf(ops: Ops, model: Model, text: Tokens): Promise<readonly number[]> {
  const { observe } = await import("../reference/interpret/observe.ts");
  const { sparsity, zeros } = await import("../reference/measure/sparsity.ts");
  const { forward } = await import("../reference/models/model.ts");
  const { empty } = await import("../reference/models/cache.ts");
  const { downsOf } = await import("../reference/training/train.ts");
  const downs = downsOf(model);
  const found: number[] = [];
  const look = (x: Tensor, w: Tensor): void => {
    const layer = downs.indexOf(w);
    if (layer >= 0) found[layer] = sparsity(zeros(x, 0));
  };
  ops.scope(() => void forward(observe(ops, look), model, text.slice(0, model.config.sizes.P), empty));
  return found;
}

interface Report {
  readonly zerosByLayer: readonly number[];
  readonly rowsOfDownPerToken: { readonly all: number; readonly read: number };
  readonly sameBits: boolean;
  readonly tokensPerSecond: { readonly dense: number; readonly sparse: number };
}

function page({
  zerosByLayer,
  rowsOfDownPerToken: { all, read },
  sameBits: same,
  tokensPerSecond,
}: Report): string {
  const bars = zerosByLayer.map((zeros, layer) => {
    const bar = "█".repeat(Math.round(40 * zeros)).padEnd(40, "·");
    return `  layer ${`${layer}`.padStart(`${zerosByLayer.length - 1}`.length)}  ${bar}  ${(100 * zeros).toFixed(1).padStart(5)} %`;
  });
  const { dense, sparse } = tokensPerSecond;
  return [
    "",
    zerosByLayer.some((zeros) => zeros > 0)
      ? "Zeros in what each down projection reads: its ReLU closed so many neurons."
      : "Zeros in what each down projection reads: none, as this activation is hardly ever exactly 0.",
    "",
    ...bars,
    "",
    "A zero asks for no row of the weights. Dense and sparse, the same text again:",
    "",
    `  dense    ${Math.round(dense).toString().padStart(6)} tokens/s   ${Math.round(all)} rows of down a token`,
    `  sparse   ${Math.round(sparse).toString().padStart(6)} tokens/s   ${Math.round(read)} rows`,
    "",
    same
      ? "Every logit of both came out the same, bit for bit."
      : "The logits differ: a weight behind a zero is Infinity or NaN.",
    "At this size the weights lie in the cache and rows cost little; l09 and relukit bench show where they cost.",
    "",
    "Next: relukit lessons serve, or relukit inspect --model opt-relu --text FILE",
    "",
  ].join("\n");
}
