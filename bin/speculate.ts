// relukit speculate: sparse speculative decoding, as theorems 1 and 2 have it, and as two models do it.
import type { Command } from "commander";
import { addMachineOptions, type MachineOptions } from "./machine.ts";
import { atLeast, number, wholeFrom } from "./numbers.ts";
import { type Terminal, WrongUse } from "./terminal.ts";

interface Theory {
  readonly theory?: boolean;
  readonly c?: number;
  readonly alpha?: number;
  readonly unused?: number;
  readonly unusedCurve?: string;
}

/** What a measured run takes. */
export interface RunOptions extends MachineOptions {
  readonly target: string;
  readonly draft: string;
  readonly tokenizer?: string;
  readonly gamma: number;
  readonly prompt: string;
  readonly tokens: number;
  readonly temperature: number;
  readonly topP: number;
  readonly seed: number;
  readonly sparse?: boolean;
  readonly json?: boolean;
}

type Options = Theory &
  Omit<RunOptions, "target" | "draft"> & { readonly target?: string; readonly draft?: string };

const share = number({ from: 0, to: 1 });

export function addSpeculate(program: Command, terminal: Terminal): void {
  const command = program
    .command("speculate")
    .description("Speculative decoding: its speedup in theory, or measured with a target and a draft.")
    .option("--theory", "theorems 1 and 2, without a model")
    .option("--c <c>", "time of a draft step / time of a dense target step", number(atLeast(0)))
    .option("--alpha <a>", "acceptance rate, in [0, 1]", share)
    .option(
      "--unused <s>",
      "share of the target's weights that a window leaves unused, whatever gamma",
      share,
    )
    .option(
      "--unused-curve <file>",
      'the same for each gamma: a JSON array of shares, or of {"gamma", "unused"}',
    )
    .option("--target <path>", "the model whose text it is: a path, or a name such as opt-relu")
    .option("--draft <path>", "the model that drafts, with the same tokenizer")
    .option("-t, --tokenizer <file>", "of a model that has none beside it")
    .option("--gamma <n>", "drafted tokens a round", number(wholeFrom(1)), 4)
    .option("-p, --prompt <text>", "what the text begins with", "Once upon a time")
    .option("-n, --tokens <n>", "how many new tokens, fewer where the context ends", number(wholeFrom(1)), 64)
    .option("--temperature <t>", "0 takes the likeliest token every time", number({ from: 0, to: 100 }), 0)
    .option("--top-p <p>", "draws from the likeliest tokens that have this probability", share, 1)
    .option("--seed <n>", "the same seed draws the same text", number(wholeFrom(0)), 1)
    .option("--sparse", "the timed speculative run skips rows of zeros; the counts have both in any case");
  addMachineOptions(command, "1")
    .option("--json", "prints one JSON document")
    .addHelpText("after", notes)
    .action((options: Options) => run(options, terminal));
}

const notes = `
theorem1    against standard speculative decoding: (c·gamma + 1) / (c·gamma + 1 - s)
theorem2    against plain dense decoding: (1 - alpha^(gamma+1)) / ((1 - alpha)(c·gamma + 1 - s)); at alpha = 1 the limit
bestGamma   where theorem 2 is greatest, among 1 to 256, or among the gammas of the file; of equal ones the first

A measured run gives three numbers that are never mixed, all against plain dense decoding: a ratio of multiply-adds, a
latency that the theorems model from the measured c, alpha and s (the share of the target's weights that the gamma + 1
positions of a round leave unread), and a latency that was measured, in processor time:
with one thread, and a machine that does nothing else, the time on the clock.

Examples:
  relukit speculate --theory --c 0.02 --gamma 16 --alpha 0.8 --unused 0.25
  relukit speculate --theory --c 0.02 --gamma 4 --alpha 0.8 --unused-curve curve.json --json
  relukit speculate --target opt-relu --draft draft
  relukit speculate --target opt-relu --draft draft --gamma 2 --temperature 1 --sparse --json
`;

async function run(options: Options, terminal: Terminal): Promise<void> {
  const { target, draft } = options;
  if (options.theory) {
    if (target !== undefined || draft !== undefined)
      throw new WrongUse("--theory needs no model; expected it without --target and --draft");
    return theory(options, terminal);
  }
  if (target === undefined || draft === undefined)
    throw new WrongUse(
      `${target === undefined ? "--target" : "--draft"} is missing; expected --target and --draft, or --theory`,
    );
  for (const name of ["c", "alpha", "unused", "unusedCurve"] as const)
    if (options[name] !== undefined)
      throw new WrongUse(
        `--${name === "unusedCurve" ? "unused-curve" : name} goes with --theory; a run measures its own`,
      );
  if (options.topP === 0) throw new WrongUse("--top-p is 0; expected a number above 0, up to 1");
  const { measure } = await import("./speculate-run.ts");
  const { page } = await import("./speculate-page.ts");
  const report = await measure({ ...options, target, draft }, terminal);
  terminal.out(options.json ? `${JSON.stringify(report, null, 2)}\n` : page(report));
}

async function theory(options: Options, terminal: Terminal): Promise<void> {
  const { bestGamma, expectedTokens, theorem1, theorem2, usualGammas } = await import(
    "../reference/measure/speculative.ts"
  );
  const { c, alpha, gamma, unused: constant = 0, unusedCurve: file } = options;
  if (c === undefined || alpha === undefined)
    throw new WrongUse(`--theory lacks ${c === undefined ? "--c" : "--alpha"}; expected --c C and --alpha A`);
  if (file !== undefined && options.unused !== undefined)
    throw new WrongUse("--unused and --unused-curve are both given; expected one of them");
  const curve =
    file === undefined
      ? { gammas: usualGammas, unused: () => constant }
      : (await import("./unused-curve.ts")).unusedCurve(file);
  const unused = curve.unused(gamma);
  const round = { c, gamma, unused };
  const best = bestGamma(c, alpha, curve.unused, curve.gammas);
  const report = {
    ...round,
    alpha,
    tokensPerRound: expectedTokens(alpha, gamma),
    theorem1: theorem1(round),
    theorem2: theorem2(round, alpha),
    bestGamma: best.gamma,
    bestTheorem2: best.speedup,
  };
  if (options.json) terminal.out(`${JSON.stringify(report, null, 2)}\n`);
  else
    terminal.out(
      `c ${c}   gamma ${gamma}   alpha ${alpha}   unused ${unused}\n` +
        `  theorem 1   ${report.theorem1.toFixed(4)} times standard speculative decoding\n` +
        `  theorem 2   ${report.theorem2.toFixed(4)} times plain dense decoding\n` +
        `  best gamma  ${best.gamma}, where theorem 2 is ${best.speedup.toFixed(4)}\n`,
    );
}
