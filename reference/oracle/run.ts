// One run of a kernel on a picture whose outputs hold poison: what it answered, what it left, what it spoiled.
import type { Numbers } from "../tensor.ts";
import type { Kernel, Outcome } from "./kernel.ts";
import { numbersIn, type Picture, type View } from "./picture.ts";
import { type Poison, poisonOutputs, untouched } from "./poison.ts";
import { type Misdeed, restored, trespasses } from "./trespass.ts";
import type { ByOutput } from "./truth.ts";

/** One run over outputs full of that poison, in the memory of the picture. */
export interface Run {
  readonly answer: ByOutput<Numbers>;
  readonly unwritten: ByOutput<readonly number[]>;
  readonly misdeeds: readonly Misdeed[];
}

/** A run that did not end well. */
export class Stopped extends Error {
  readonly outcome: Exclude<Outcome, { readonly status: "ok" }>;
  constructor(outcome: Exclude<Outcome, { readonly status: "ok" }>) {
    super(outcome.message);
    this.outcome = outcome;
  }
}

/** @throws {Stopped} when its outcome is not ok */
export async function run(kernel: Kernel, picture: Picture, poison: Poison): Promise<Run> {
  poisonOutputs(picture, poison);
  const before = picture.bytes.slice();
  const outcome = await outcomeOf(kernel, picture);
  if (outcome.status !== "ok") throw new Stopped(outcome);
  const outputs = picture.views.filter(({ name }) => name.startsWith("out."));
  const byName = <X>(f: (view: View) => X): ByOutput<X> =>
    Object.fromEntries(outputs.map((view) => [view.name.slice(4), f(view)]));
  const misdeeds = trespasses(picture, before);
  picture.bytes.set(restored(picture, before));
  return {
    answer: byName((view) => numbersIn(picture, view)),
    unwritten: byName((view) => untouched(picture, view, poison)),
    misdeeds,
  };
}

/** What throws has failed, and what answers nothing has broken the protocol: the other cases are tried all the same. */
export async function outcomeOf(kernel: Kernel, picture: Picture): Promise<Outcome> {
  try {
    const outcome = (await kernel.run(picture)) as Outcome | undefined;
    return outcome ?? { status: "protocol", message: "run gave undefined; expected an outcome" };
  } catch (error) {
    return { status: "error", message: error instanceof Error ? error.message : String(error) };
  }
}
