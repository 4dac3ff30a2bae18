// A model and a text from the command line, as the methods want them.
import { observe } from "../../reference/interpret/observe.ts";
import { sparsity } from "../../reference/measure/sparsity.ts";
import { empty } from "../../reference/models/cache.ts";
import { forward, type Model } from "../../reference/models/model.ts";
import { zerosSeen } from "../../reference/training/judgement.ts";
import { names } from "../../reference/weights.ts";
import { checkAlive } from "../alive.ts";
import { load, textOf } from "../load.ts";
import { type MachineOptions, machineOf } from "../machine.ts";
import type { ModelOptions } from "../model-options.ts";
import { progress } from "../progress.ts";
import { type Terminal, WrongUse } from "../terminal.ts";
import type { Subject } from "./subject.ts";

interface Options extends ModelOptions, MachineOptions {
  readonly text: string;
  readonly maxTokens: number;
}

/** The first half of the text's tokens to calibrate on, the second half to be judged by. */
export async function subjectFrom(
  options: Options,
  terminal: Terminal,
): Promise<{ readonly subject: Subject; close(): void }> {
  const { model, tokenizer } = load(options, terminal);
  const begin = tokenizer.prompt("")[0];
  const characters = textOf(options.text).slice(0, 64 * options.maxTokens); // few tokens are longer
  const encoded = tokenizer.encode(characters.replace(/[\ud800-\udbff]$/, ""));
  const tokens = (encoded[0] === begin ? encoded.slice(1) : encoded).slice(0, options.maxTokens);
  if (tokens.length < 4)
    throw new WrongUse(
      `${options.text}: has ${tokens.length} tokens; expected four at least, two to calibrate on and two to judge by`,
    );
  const half = Math.floor(tokens.length / 2);
  const size = [...names(model.weights).keys()].reduce((total, w) => total + w.size, 0);
  const machine = await machineOf(options, size, 1);
  const line = progress(terminal);
  const subject: Subject = {
    machine,
    model: { ...model, weights: machine.load(model.weights) } as Model,
    calibration: tokens.slice(0, half),
    judged: tokens.slice(half),
    say: line.show,
  };
  checkAlive(model.config, firstZeros(subject), "on the first window of the text");
  return {
    subject,
    close() {
      line.end();
      machine.close();
    },
  };
}

/** The share of zeros in what each down projection reads of the first window. */
function firstZeros({ machine, model, calibration }: Subject): readonly number[] {
  const { look, layers } = zerosSeen(model, 0);
  const first = calibration.slice(0, model.config.sizes.P);
  machine.scope(() => void forward(observe(machine, look), model, first, empty));
  return layers.map(({ down }) => sparsity(down));
}
