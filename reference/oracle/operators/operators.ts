// Every operator of the contract and its gradient, over the numbers of an arithmetic: the shapes, and no equation.
import type { Activation, Rotation } from "../../ops/contract.ts";
import type { Grid } from "./grid.ts";

/** A feed-forward layer's weights; upBias and gate exclude each other. */
export interface FeedForward<N> {
  readonly gate?: Grid<N> | undefined;
  readonly gateBias?: Grid<N> | undefined;
  readonly up: Grid<N>;
  readonly upBias?: Grid<N> | undefined;
  readonly down: Grid<N>;
  readonly downBias?: Grid<N> | undefined;
}

type Ids = readonly number[];

/** Operators that are no others put together. Results are as the arithmetic has them: whoever keeps one rounds it. */
export interface Single<N> {
  embed(tokens: Ids, table: Grid<N>): Grid<N>;
  linear(x: Grid<N>, w: Grid<N>, b?: Grid<N>): Grid<N>;
  /** `linear` over the rows that a non-zero asks for */
  activeLinear(x: Grid<N>, w: Grid<N>, b?: Grid<N>): Grid<N>;
  gatedLinear(x: Grid<N>, w: Grid<N>, g: Grid<N>): Grid<N>;
  activeGatedLinear(x: Grid<N>, w: Grid<N>, g: Grid<N>): Grid<N>;
  unembed(x: Grid<N>, table: Grid<N>): Grid<N>;
  add(x: Grid<N>, y: Grid<N>): Grid<N>;
  mul(x: Grid<N>, y: Grid<N>): Grid<N>;
  activate(x: Grid<N>, f: Activation): Grid<N>;
  softmax(x: Grid<N>): Grid<N>;
  layerNorm(x: Grid<N>, gain: Grid<N>, bias: Grid<N>, epsilon: number): Grid<N>;
  rmsNorm(x: Grid<N>, gain: Grid<N>, epsilon: number): Grid<N>;
  rotary(x: Grid<N>, rotation: Rotation): Grid<N>;
  append(past: Grid<N>, next: Grid<N>): Grid<N>;
  attend(q: Grid<N>, k: Grid<N>, v: Grid<N>, K: number): Grid<N>;
  crossEntropy(z: Grid<N>, targets: Ids): Grid<N>;
  embedGradient(dx: Grid<N>, tokens: Ids, V: number): Grid<N>;
  linearGradient(dy: Grid<N>, x: Grid<N>, w: Grid<N>): readonly [dx: Grid<N>, dw: Grid<N>, db: Grid<N>];
  gatedLinearGradient(
    dh: Grid<N>,
    x: Grid<N>,
    w: Grid<N>,
    g: Grid<N>,
  ): readonly [dx: Grid<N>, dw: Grid<N>, dg: Grid<N>];
  unembedGradient(dz: Grid<N>, x: Grid<N>, table: Grid<N>): readonly [dx: Grid<N>, dtable: Grid<N>];
  mulGradient(dz: Grid<N>, x: Grid<N>, y: Grid<N>): readonly [dx: Grid<N>, dy: Grid<N>];
  activateGradient(dy: Grid<N>, x: Grid<N>, f: Activation): Grid<N>;
  softmaxGradient(dp: Grid<N>, x: Grid<N>): Grid<N>;
  layerNormGradient(
    dy: Grid<N>,
    x: Grid<N>,
    gain: Grid<N>,
    epsilon: number,
  ): readonly [dx: Grid<N>, dgain: Grid<N>, dbias: Grid<N>];
  rmsNormGradient(
    dy: Grid<N>,
    x: Grid<N>,
    gain: Grid<N>,
    epsilon: number,
  ): readonly [dx: Grid<N>, dgain: Grid<N>];
  rotaryGradient(dy: Grid<N>, rotation: Rotation): Grid<N>;
  appendGradient(dy: Grid<N>, past: number): readonly [dpast: Grid<N>, dnext: Grid<N>];
  attendGradient(
    dy: Grid<N>,
    q: Grid<N>,
    k: Grid<N>,
    v: Grid<N>,
    K: number,
  ): readonly [dq: Grid<N>, dk: Grid<N>, dv: Grid<N>];
  crossEntropyGradient(dloss: Grid<N>, z: Grid<N>, targets: Ids): Grid<N>;
}

export interface Operators<N> extends Single<N> {
  /** `skip`: rows of up behind a closed gate, and of down behind a zero, are not read */
  feedForward(x: Grid<N>, layer: FeedForward<N>, f: Activation, skip: boolean): Grid<N>;
}
