// What a model is besides its weights: sizes, and the functions that relufication exchanges.
import type { Activation, Pairing, Scaling } from "../ops/contract.ts";

/** The sizes of an architecture; docs/notation.md is the dictionary. */
export interface Sizes {
  readonly V: number; // vocabulary
  readonly D: number; // model width
  readonly F: number; // feed-forward width
  readonly L: number; // layers
  readonly N: number; // query heads
  readonly G: number; // key and value heads, shared by N/G query heads each
  readonly K: number; // width of a head
  readonly P: number; // positions: the longest context
}

/** What a model is besides its weights: sizes, the ε of its norms, and the functions that relufication exchanges. */
export interface Config {
  readonly sizes: Sizes;
  /** ε of the norms. */
  readonly epsilon: number;
  /** In the feed-forward, of its only branch or of its gate: what stage 1 of relufication makes a ReLU. */
  readonly activation: Activation;
  /** After each norm of a layer, `identity` as trained: what stage 2 makes a ReLU. The final norm has none. */
  readonly afterNorm: Activation;
}

/** A configuration whose positions are rotary. */
export interface RotaryConfig extends Config {
  readonly rotary: { readonly base: number; readonly pairing: Pairing; readonly scaling?: Scaling };
}
