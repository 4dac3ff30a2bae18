// relukit generate: a text that goes on from a prompt, written as it comes.
import type { Command } from "commander";
import type { Model } from "../reference/models/model.ts";
import { addMachineOptions, addStream, type MachineOptions } from "./machine.ts";
import { addModelOptions, type ModelOptions } from "./model-options.ts";
import { number, wholeFrom } from "./numbers.ts";
import { type Terminal, WrongUse } from "./terminal.ts";

interface Options extends ModelOptions, MachineOptions {
  readonly prompt: string;
  readonly tokens: number;
  readonly temperature: number;
  readonly topP: number;
  readonly seed: number;
  readonly sparse?: boolean;
  readonly json?: boolean;
}

export function addGenerate(program: Command, terminal: Terminal): void {
  const command = program.command("generate").description("Writes text with a model, a token at a time.");
  addStream(addMachineOptions(addModelOptions(command), "1"))
    .option("-p, --prompt <text>", "what the text begins with", "")
    .option("-n, --tokens <n>", "how many new tokens", number(wholeFrom(1)), 256)
    .option("--temperature <t>", "0 takes the likeliest token every time", number({ from: 0, to: 100 }), 1)
    .option(
      "--top-p <p>",
      "draws from the likeliest tokens that together have this probability",
      number({ from: 0, to: 1 }),
      0.9,
    )
    .option("--seed <n>", "the same seed draws the same text", number(wholeFrom(0)), 1)
    .option("--sparse", "reads only the weight rows that a non-zero asks for: the same text")
    .option("--json", "prints one JSON document")
    .addHelpText("after", examples)
    .action((options: Options) => run(options, terminal));
}

const examples = `
Examples:
  relukit generate --model stories260K.bin --tokenizer tok512.bin --prompt "Once upon a time"
  relukit generate --model opt-relu --prompt "There was once" --sparse
  relukit generate --model my-llama/ --prompt "Hello" --temperature 0 --tokens 32 --json
`;

async function run(options: Options, terminal: Terminal): Promise<void> {
  const { leave } = await import("./load.ts");
  const { machineOf, roomOf } = await import("./machine.ts");
  const { observe } = await import("../reference/interpret/observe.ts");
  const { skipZeros } = await import("../reference/interpret/skip-zeros.ts");
  const { generate } = await import("../reference/decoding/generate.ts");
  const { checkAlive } = await import("./alive.ts");
  const { zerosSeen } = await import("../reference/training/judgement.ts");
  const { sparsity, together } = await import("../reference/measure/sparsity.ts");
  const { progress, reading } = await import("./progress.ts");

  const left = leave(options, terminal);
  const { model, tokenizer, notFinite } = left;
  const prompt = tokenizer.prompt(options.prompt);
  checkLength(prompt.length, options.tokens, model.config.sizes.P);
  const choose = await chooser(options);
  const machine = await machineOf(options, roomOf(model.weights, options.stream), 1);
  const line = progress(terminal);
  const loaded = { ...model, weights: machine.load(model.weights, reading(line)) } as Model;
  line.end();
  if (!options.stream) left.warn();
  const { look, layers } = zerosSeen(loaded, 0);
  const ops = observe(options.sparse ? skipZeros(machine) : machine, look);

  const text = tokenizer.stream();
  const zeros = () => layers.map(({ down }) => sparsity(down));
  const held: string[] = []; // until a neuron fires: one token alone, such as BOS, may leave them all silent
  const say = (piece: string): void => {
    held.push(piece);
    if (!options.json && zeros().some((share) => share < 1)) terminal.out(held.splice(0).join(""));
  };
  const tokens: number[] = [];
  let notNumbers = 0;
  const start = performance.now();
  for (const { token, run } of generate(ops, loaded, prompt, choose)) {
    if (tokens.length === 0) for (const given of prompt) say(text.next(given));
    tokens.push(token);
    say(text.next(token));
    if (run.logits.data.some(Number.isNaN)) notNumbers++;
    if (options.json) line.show(() => `${tokens.length} of ${options.tokens} tokens`);
    if (tokens.length === options.tokens) break;
  }
  const seconds = (performance.now() - start) / 1000;
  machine.close();
  left.close();
  line.end();
  if (options.stream) left.warn();
  checkAlive(model.config, zeros(), `on ${prompt.length + tokens.length - 1} tokens`);
  if (!options.json) terminal.out(`${held.join("")}${text.end()}\n`);
  if (notNumbers > 0) terminal.err(`relukit: warning: NaN among the logits of ${notNumbers} tokens\n`);

  const tokensPerSecond = tokens.length / seconds;
  if (options.json) {
    const { family, config } = model;
    const report = {
      model: { path: options.model, family, ...config },
      prompt: options.prompt,
      promptTokens: prompt,
      text: tokenizer.decode([...prompt, ...tokens]),
      tokens,
      tokensPerSecond,
      sparse: options.sparse ?? false,
      ops: options.ops,
      temperature: options.temperature,
      topP: options.topP,
      seed: options.seed,
      notFinite,
      layers: layers.map(({ qkv, up, down }) => ({
        inputs: {
          qkv: { sparsity: sparsity(qkv) },
          up: { sparsity: sparsity(up) },
          down: { sparsity: sparsity(down), density: 1 - sparsity(down) },
        },
      })),
      density: 1 - sparsity(layers.map(({ down }) => down).reduce(together)),
    };
    terminal.out(`${JSON.stringify(report, null, 2)}\n`);
  } else terminal.err(`\n${tokens.length} tokens, ${tokensPerSecond.toFixed(1)} tokens/s\n`);
}

/** The last new token is never read back, so it needs no position of its own. */
function checkLength(prompt: number, tokens: number, P: number): void {
  if (prompt === 0)
    throw new WrongUse(
      "--prompt is empty and the tokenizer has no token to begin with; expected --prompt TEXT",
    );
  if (prompt + tokens - 1 <= P) return;
  const room = P - prompt + 1;
  throw new WrongUse(
    `the prompt has ${prompt} tokens and --tokens is ${tokens}; expected ${Math.max(room, 0)} new tokens at most, ` +
      `to stay in the model's context of ${P} positions`,
  );
}

async function chooser({ temperature, topP, seed }: Options) {
  const { greedy, sampler } = await import("../reference/decoding/sampling.ts");
  const { stream } = await import("../reference/random.ts");
  if (temperature === 0) return greedy;
  if (topP === 0) throw new WrongUse("--top-p is 0; expected a number above 0, up to 1");
  return sampler({ temperature, topP, uniform: stream(seed, "generate").uniform });
}
