// What an experiment is: a seeded run over models and texts that ends in one JSON document, which is committed.
import type { Model } from "../../reference/models/model.ts";
import type { Tokens } from "../../reference/tensor.ts";
import type { Loaded } from "../load.ts";
import type { OpenMachine } from "../machine.ts";

export interface Experiment {
  readonly name: string;
  /** the part of the paper that it looks into */
  readonly paper: string;
  /** one line, for the list */
  readonly summary: string;
  /** The document, without what the command adds: the experiment's name and the words that made it. */
  run(lab: Lab): Promise<object>;
}

/** What an experiment works with. */
export interface Lab {
  readonly machine: OpenMachine;
  /** Says how far it is, on stderr; asked only when a line is due. */
  say(text: () => string): void;
  /** A model that ships, with its weights on the machine. */
  model(name: string): Shipped;
  /** The default texts, split as training splits them. */
  texts(): { readonly training: string; readonly validation: string };
  /**
   * `make()`, or what it was when an earlier run, stopped since, made it: what takes minutes is not lost.
   *
   * @param key  names the part, with all that it depends on
   */
  part<P extends object>(key: string, make: () => Promise<P> | P): Promise<P>;
}

export interface Shipped extends Omit<Loaded, "model"> {
  readonly model: Model;
  /** the held-out tenth of the default texts, in this model's tokens */
  readonly validation: Tokens;
}
