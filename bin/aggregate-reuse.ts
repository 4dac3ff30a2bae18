// The three reuse trials on the same tokens, and what each restriction adds: for the command and the experiment.
// Paper: section 5.1, figure 7c.
import type { Context } from "../reference/decoding/contexts.ts";
import { type Allowed, type ReuseTrial, reuseTrial } from "../reference/decoding/reuse.ts";
import type { Model } from "../reference/models/model.ts";
import type { Ops } from "../reference/ops/contract.ts";
import { deviation, mean } from "./statistics.ts";

/** Of the random sets. */
const SEED = 1;

export interface ReuseResult {
  readonly gamma: number;
  readonly predictions: number;
  /** the share of each layer's neurons that γ tokens loaded */
  readonly loaded: readonly number[];
  /** nats a token: the mean, and of the first window alone */
  readonly nats: Readonly<Record<Allowed, number>>;
  readonly firstWindow: Readonly<Record<Allowed, number>>;
  /** what each restriction adds: the mean over windows, and its standard error */
  readonly added: Readonly<Record<"loaded" | "random", { readonly nats: number; readonly error: number }>>;
}

/** The three trials on the same tokens. */
export function reuseOf(
  ops: Ops,
  model: Model,
  windows: readonly Context[],
  gamma: number,
  say: (kind: Allowed, done: number) => void = () => undefined,
): ReuseResult {
  const trial = (allowed: Allowed) => {
    const progress = (done: number): void => say(allowed, done);
    return reuseTrial(ops, model, windows, { gamma, allowed, seed: SEED, progress });
  };
  const [all, loaded, random] = [trial("all"), trial("loaded"), trial("random")];
  const each = all.losses.length / windows.length; // the windows are of one length
  const byWindow = ({ losses }: ReuseTrial): readonly number[] =>
    windows.map((_, i) => mean(losses.slice(i * each, (i + 1) * each)));
  const added = (kind: ReuseTrial) => {
    const plain = byWindow(all);
    const differences = byWindow(kind).map((nats, i) => nats - (plain[i] ?? Number.NaN));
    return { nats: mean(differences), error: deviation(differences) / Math.sqrt(windows.length) };
  };
  const first = (kind: ReuseTrial): number => byWindow(kind)[0] ?? Number.NaN;
  return {
    ...{ gamma, predictions: all.losses.length, loaded: loaded.loaded },
    nats: { all: mean(all.losses), loaded: mean(loaded.losses), random: mean(random.losses) },
    firstWindow: { all: first(all), loaded: first(loaded), random: first(random) },
    added: { loaded: added(loaded), random: added(random) },
  };
}
