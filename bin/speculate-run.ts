// A measured run of `relukit speculate`: what the rounds showed, what they took, and how long that was.
import { generate } from "../reference/decoding/generate.ts";
import { greedy } from "../reference/decoding/sampling.ts";
import type { Pair } from "../reference/decoding/speculative.ts";
import { summary } from "../reference/decoding/speculative-summary.ts";
import {
  plainSurvey,
  type SurveyedRound,
  speculativeSurvey,
} from "../reference/decoding/speculative-survey.ts";
import type { Model } from "../reference/models/model.ts";
import { stream } from "../reference/random.ts";
import type { Tokens } from "../reference/tensor.ts";
import { names } from "../reference/weights.ts";
import { type Loaded, load } from "./load.ts";
import { machineOf, type OpenMachine } from "./machine.ts";
import { modelPath, tokenizerBeside } from "./model-options.ts";
import { type Progress, progress } from "./progress.ts";
import { difference } from "./same-tokenizer.ts";
import type { RunOptions } from "./speculate.ts";
import { latencies } from "./speculate-latency.ts";
import { clocked, type Found, modelled, shown, windows, worked } from "./speculate-report.ts";
import { type Terminal, WrongUse } from "./terminal.ts";

export type Report = Awaited<ReturnType<typeof measure>>;

/** Processor time for the timing; each kind has five runs at least. */
const SECONDS = 1;

export async function measure(options: RunOptions, terminal: Terminal) {
  const loaded = { target: opened(options, "target", terminal), draft: opened(options, "draft", terminal) };
  checkVocabularies(options, loaded);
  const prompt = promptOf(options, loaded);
  checkRoom(options, loaded, prompt);
  const { tokenizer, model } = loaded.target;
  const weights = [...names([model.weights, loaded.draft.model.weights]).keys()];
  const machine = await machineOf(
    options,
    weights.reduce((total, { size }) => total + size, 0),
    1,
  );
  const line = progress(terminal);
  try {
    const models = { target: placed(machine, model), draft: placed(machine, loaded.draft.model) };
    const found = surveyed(machine, models, prompt, options, line);
    line.show(() => "timing");
    const milliseconds = latencies(machine, models, prompt, { ...options, seconds: SECONDS });
    const same =
      options.temperature === 0 ? sameAsGreedy(machine, models.target, prompt, found.tokens) : null;
    const { target, draft, ops, gamma, temperature, topP, seed, sparse = false } = options;
    return {
      ...{ target, draft, ops, gamma, temperature, topP, seed, sparse, prompt: options.prompt },
      text: tokenizer.decode([...prompt, ...found.tokens]),
      tokens: found.tokens,
      sameAsPlainGreedy: same,
      ...shown(found.speculative, gamma),
      ...worked(found),
      ...modelled(found.speculative, gamma, milliseconds),
      ...clocked(milliseconds, sparse),
      windows: windows(found),
    };
  } finally {
    line.end();
    machine.close();
  }
}

/** The rounds of both ways of decoding, until each has its tokens. */
function surveyed(
  machine: OpenMachine,
  models: Pair<Model>,
  prompt: Tokens,
  { gamma, temperature, topP, seed, tokens: wanted }: RunOptions,
  line: Progress,
): Found {
  const sampling = (name: string) => ({ temperature, topP, uniform: stream(seed, name).uniform });
  const taken = (rounds: Iterable<SurveyedRound>, what: string): readonly SurveyedRound[] => {
    const all: SurveyedRound[] = [];
    let tokens = 0;
    for (const round of rounds) {
      all.push(round);
      tokens += round.tokens.length;
      line.show(() => `${what}: ${tokens} of ${wanted} tokens`);
      if (tokens >= wanted) break;
    }
    return all;
  };
  const settings = { ...sampling("speculate"), gamma };
  const rounds = taken(speculativeSurvey(machine, models, prompt, settings), "speculative");
  const plain = taken(plainSurvey(machine, models.target, prompt, sampling("speculate plain")), "plain");
  return {
    rounds,
    tokens: rounds.flatMap(({ tokens }) => tokens).slice(0, wanted),
    speculative: summary(rounds, gamma),
    plain: summary(plain, 0),
  };
}

/** Whether the target alone, decoding greedily, takes the same tokens. */
function sameAsGreedy(machine: OpenMachine, target: Model, prompt: Tokens, tokens: Tokens): boolean {
  const steps = generate(machine, target, prompt, greedy);
  return tokens.every((token) => steps.next().value?.token === token);
}

const placed = (machine: OpenMachine, model: Model): Model =>
  ({ ...model, weights: machine.load(model.weights) }) as Model;

const opened = (options: RunOptions, which: keyof Pair<unknown>, terminal: Terminal): Loaded => {
  const { tokenizer } = options;
  const model = modelPath(options[which]);
  return load(
    { model, ...(tokenizer === undefined || tokenizerBeside(model) !== undefined ? {} : { tokenizer }) },
    terminal,
  );
};

function checkVocabularies({ draft: path }: RunOptions, { target, draft }: Pair<Loaded>): void {
  const [V, own] = [target.model.config.sizes.V, draft.model.config.sizes.V];
  if (own !== V) throw new WrongUse(`${path}: its vocabulary has ${own} tokens; expected ${V}, the target's`);
  const found = difference(target.tokenizer, draft.tokenizer, V);
  if (found !== undefined) throw new WrongUse(`${path}: ${found}`);
}

function promptOf({ prompt: text }: RunOptions, { target, draft }: Pair<Loaded>): Tokens {
  const prompt = target.tokenizer.prompt(text);
  const most = Math.min(target.model.config.sizes.P, draft.model.config.sizes.P);
  if (prompt.length > 0 && prompt.length <= most) return prompt;
  throw new WrongUse(
    `--prompt has ${prompt.length} tokens; expected from 1 to ${most}, what both models can hold`,
  );
}

/** The first window has to be a full one: it holds the last token of the prompt, and gamma more. */
function checkRoom({ gamma }: RunOptions, { target, draft }: Pair<Loaded>, { length }: Tokens): void {
  const [own, small] = [target.model.config.sizes.P, draft.model.config.sizes.P];
  const room = Math.min(own - length, small - length + 1);
  if (gamma <= room) return;
  if (room < 1)
    throw new WrongUse(
      `--prompt has ${length} tokens; expected ${length + room - 1} at most, so that a drafted one has room`,
    );
  throw new WrongUse(
    `--gamma is ${gamma}; expected ${room} at most, what the context has room for after the ${length} tokens of the prompt`,
  );
}
