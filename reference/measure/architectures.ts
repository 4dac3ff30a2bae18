// Published architectures as data: the sizes that the ledger of table 1 needs, and nothing of their weights.
// OPT has one feed-forward branch and biases, Falcon-7B one key and value head for all queries, Llama a gate.
import type { Sizes } from "../models/config.ts";

/** What the work of a token depends on: sizes, and whether the feed-forward has a gate. */
export interface Architecture {
  readonly sizes: Omit<Sizes, "P">;
  readonly gated: boolean;
}

/** A model of the paper's table 1, by the name that `architectures` has for it. */
export type ArchitectureName = "falcon-7b" | "llama-7b" | "opt-6.7b" | "opt-2.7b" | "opt-1.3b";

/** OPT: F = 4D, as many key and value heads as query heads. */
const opt = (D: number, L: number, N: number): Architecture => ({
  sizes: { V: 50272, D, F: 4 * D, L, N, G: N, K: D / N },
  gated: false,
});

/**
 * The architectures of the paper's table 1, by name.
 *
 * @see Almazrouei et al. 2023, arXiv:2311.16867; Touvron et al. 2023, arXiv:2302.13971; Zhang et al. 2022,
 *      arXiv:2205.01068, and the config.json published with each model
 */
export const architectures: Readonly<Record<ArchitectureName, Architecture>> = {
  "falcon-7b": { sizes: { V: 65024, D: 4544, F: 18176, L: 32, N: 71, G: 1, K: 64 }, gated: false },
  "llama-7b": { sizes: { V: 32000, D: 4096, F: 11008, L: 32, N: 32, G: 32, K: 128 }, gated: true },
  "opt-6.7b": opt(4096, 32, 32),
  "opt-2.7b": opt(2560, 32, 32),
  "opt-1.3b": opt(2048, 24, 32),
};
