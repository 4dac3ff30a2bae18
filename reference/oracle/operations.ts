// The operators as a kernel author sees them: a name, named tensors in and out, and which operator that is.
import type { Activation, Rotation } from "../ops/contract.ts";
import type { Grid } from "./operators/grid.ts";
import type { Operators } from "./operators/operators.ts";
import type { Attributes } from "./picture.ts";

/** The tensors and numbers of one call, by the names that `OPERATIONS` lists. */
export interface Given<N> {
  /** an input tensor; vectors have one row */
  tensor(name: string): Grid<N>;
  /** the same, where the call may do without */
  maybe(name: string): Grid<N> | undefined;
  ids(name: string): readonly number[];
  readonly attributes: Attributes;
}

type Results<N> = readonly Grid<N>[];

export interface Operation {
  readonly name: string;
  /** input tensors and their axes; a name with "?" may be missing, and those with ids are whole numbers */
  readonly inputs: Readonly<Record<string, readonly string[]>>;
  readonly outputs: Readonly<Record<string, readonly string[]>>;
  /** what a reader should know: the equation */
  readonly equation: string;
  run<N>(ops: Operators<N>, given: Given<N>): Results<N>;
}

const activation = (attributes: Attributes): Activation => attributes["f"] as Activation;
const epsilon = (attributes: Attributes): number => attributes["epsilon"] as number;
const rotation = (attributes: Attributes): Rotation => attributes as unknown as Rotation;
const width = (attributes: Attributes): number => attributes["K"] as number;
const skips = (attributes: Attributes): boolean => attributes["skip"] === true;

const TD = ["T", "D"];
const TF = ["T", "F"];
const linearInputs = { x: ["T", "I"], w: ["I", "O"], "b?": ["O"] };
const gatedInputs = { x: TD, w: ["F", "D"], g: TF };
const attendInputs = { q: ["T", "N·K"], k: ["S", "G·K"], v: ["S", "G·K"] };

/** Every operator of the contract with its gradient, and the feed-forward layers. */
const LIST: readonly Operation[] = [
  {
    name: "embed",
    inputs: { tokens: ["T"], table: ["V", "D"] },
    outputs: { x: TD },
    equation: "x[t, d] = table[tokens[t], d]",
    run: (ops, g) => [ops.embed(g.ids("tokens"), g.tensor("table"))],
  },
  {
    name: "embed.gradient",
    inputs: { dx: TD, tokens: ["T"], table: ["V", "D"] },
    outputs: { dtable: ["V", "D"] },
    equation: "dtable[v, d] = Σ dx[t, d] over the t with tokens[t] = v",
    run: (ops, g) => [ops.embedGradient(g.tensor("dx"), g.ids("tokens"), g.tensor("table").rows)],
  },
  {
    name: "linear",
    inputs: linearInputs,
    outputs: { y: ["T", "O"] },
    equation: "y[t, o] = Σ_i x[t, i] · w[i, o] + b[o]",
    run: (ops, g) => [ops.linear(g.tensor("x"), g.tensor("w"), g.maybe("b"))],
  },
  {
    name: "linear.gradient",
    inputs: { dy: ["T", "O"], ...linearInputs },
    outputs: { dx: ["T", "I"], dw: ["I", "O"], "db?": ["O"] },
    equation: "dx = dy · wᵀ, dw = xᵀ · dy, db[o] = Σ_t dy[t, o]",
    run: (ops, g) => {
      const [dx, dw, db] = ops.linearGradient(g.tensor("dy"), g.tensor("x"), g.tensor("w"));
      return g.maybe("b") ? [dx, dw, db] : [dx, dw];
    },
  },
  {
    name: "activeLinear",
    inputs: linearInputs,
    outputs: { y: ["T", "O"] },
    equation:
      "y[t, o] = Σ x[t, i] · w[i, o] + b[o] over the i with x[t, i] ≠ 0: other rows of w are not read",
    run: (ops, g) => [ops.activeLinear(g.tensor("x"), g.tensor("w"), g.maybe("b"))],
  },
  {
    name: "gatedLinear",
    inputs: gatedInputs,
    outputs: { h: TF },
    equation: "h[t, f] = g[t, f] · Σ_d x[t, d] · w[f, d]",
    run: (ops, g) => [ops.gatedLinear(g.tensor("x"), g.tensor("w"), g.tensor("g"))],
  },
  {
    name: "gatedLinear.gradient",
    inputs: { dh: TF, ...gatedInputs },
    outputs: { dx: TD, dw: ["F", "D"], dg: TF },
    equation: "e = dh ⊙ g: dx = e · w, dw = eᵀ · x, dg = dh ⊙ (x · wᵀ)",
    run: (ops, g) => ops.gatedLinearGradient(g.tensor("dh"), g.tensor("x"), g.tensor("w"), g.tensor("g")),
  },
  {
    name: "activeGatedLinear",
    inputs: gatedInputs,
    outputs: { h: TF },
    equation: "h[t, f] = g[t, f] · Σ_d x[t, d] · w[f, d], row f of w not read where g[t, f] = 0",
    run: (ops, g) => [ops.activeGatedLinear(g.tensor("x"), g.tensor("w"), g.tensor("g"))],
  },
  {
    name: "unembed",
    inputs: { x: TD, table: ["V", "D"] },
    outputs: { z: ["T", "V"] },
    equation: "z[t, v] = Σ_d x[t, d] · table[v, d]",
    run: (ops, g) => [ops.unembed(g.tensor("x"), g.tensor("table"))],
  },
  {
    name: "unembed.gradient",
    inputs: { dz: ["T", "V"], x: TD, table: ["V", "D"] },
    outputs: { dx: TD, dtable: ["V", "D"] },
    equation: "dx = dz · table, dtable = dzᵀ · x",
    run: (ops, g) => ops.unembedGradient(g.tensor("dz"), g.tensor("x"), g.tensor("table")),
  },
  {
    name: "add",
    inputs: { x: TD, y: TD },
    outputs: { z: TD },
    equation: "z = x + y",
    run: (ops, g) => [ops.add(g.tensor("x"), g.tensor("y"))],
  },
  {
    name: "mul",
    inputs: { x: TD, y: TD },
    outputs: { z: TD },
    equation: "z = x ⊙ y",
    run: (ops, g) => [ops.mul(g.tensor("x"), g.tensor("y"))],
  },
  {
    name: "mul.gradient",
    inputs: { dz: TD, x: TD, y: TD },
    outputs: { dx: TD, dy: TD },
    equation: "dx = dz ⊙ y, dy = dz ⊙ x",
    run: (ops, g) => ops.mulGradient(g.tensor("dz"), g.tensor("x"), g.tensor("y")),
  },
  {
    name: "activate",
    inputs: { x: TD },
    outputs: { y: TD },
    equation: "y = f(x − shift)",
    run: (ops, g) => [ops.activate(g.tensor("x"), activation(g.attributes))],
  },
  {
    name: "activate.gradient",
    inputs: { dy: TD, x: TD },
    outputs: { dx: TD },
    equation: "dx = dy ⊙ f′(x − shift)",
    run: (ops, g) => [ops.activateGradient(g.tensor("dy"), g.tensor("x"), activation(g.attributes))],
  },
  {
    name: "softmax",
    inputs: { x: ["R", "C"] },
    outputs: { p: ["R", "C"] },
    equation: "p[r, c] = exp x[r, c] / Σ_c exp x[r, c]",
    run: (ops, g) => [ops.softmax(g.tensor("x"))],
  },
  {
    name: "softmax.gradient",
    inputs: { dp: ["R", "C"], x: ["R", "C"] },
    outputs: { dx: ["R", "C"] },
    equation: "dx = p ⊙ (dp − Σ_c dp · p), p = softmax(x)",
    run: (ops, g) => [ops.softmaxGradient(g.tensor("dp"), g.tensor("x"))],
  },
  {
    name: "layerNorm",
    inputs: { x: TD, gain: ["D"], bias: ["D"] },
    outputs: { y: TD },
    equation: "y = (x − mean) / √(variance + ε) · gain + bias",
    run: (ops, g) => [
      ops.layerNorm(g.tensor("x"), g.tensor("gain"), g.tensor("bias"), epsilon(g.attributes)),
    ],
  },
  {
    name: "layerNorm.gradient",
    inputs: { dy: TD, x: TD, gain: ["D"], bias: ["D"] },
    outputs: { dx: TD, dgain: ["D"], dbias: ["D"] },
    equation:
      "a = dy ⊙ gain: dx = (a − mean(a) − n ⊙ mean(a ⊙ n)) / deviation, dgain = Σ_t dy ⊙ n, dbias = Σ_t dy",
    run: (ops, g) =>
      ops.layerNormGradient(g.tensor("dy"), g.tensor("x"), g.tensor("gain"), epsilon(g.attributes)),
  },
  {
    name: "rmsNorm",
    inputs: { x: TD, gain: ["D"] },
    outputs: { y: TD },
    equation: "y = x / √(mean(x²) + ε) · gain",
    run: (ops, g) => [ops.rmsNorm(g.tensor("x"), g.tensor("gain"), epsilon(g.attributes))],
  },
  {
    name: "rmsNorm.gradient",
    inputs: { dy: TD, x: TD, gain: ["D"] },
    outputs: { dx: TD, dgain: ["D"] },
    equation: "a = dy ⊙ gain: dx = (a − n ⊙ mean(a ⊙ n)) / rms, dgain = Σ_t dy ⊙ n",
    run: (ops, g) =>
      ops.rmsNormGradient(g.tensor("dy"), g.tensor("x"), g.tensor("gain"), epsilon(g.attributes)),
  },
  {
    name: "rotary",
    inputs: { x: ["T", "H"] },
    outputs: { y: ["T", "H"] },
    equation: "each pair i of a head of width K turns by (start + t) · base^(−2i/K)",
    run: (ops, g) => [ops.rotary(g.tensor("x"), rotation(g.attributes))],
  },
  {
    name: "rotary.gradient",
    inputs: { dy: ["T", "H"] },
    outputs: { dx: ["T", "H"] },
    equation: "each pair turns back",
    run: (ops, g) => [ops.rotaryGradient(g.tensor("dy"), rotation(g.attributes))],
  },
  {
    name: "append",
    inputs: { past: ["P", "H"], next: ["T", "H"] },
    outputs: { all: ["P+T", "H"] },
    equation: "the rows of past, then those of next",
    run: (ops, g) => [ops.append(g.tensor("past"), g.tensor("next"))],
  },
  {
    name: "append.gradient",
    inputs: { dy: ["P+T", "H"], past: ["P", "H"], next: ["T", "H"] },
    outputs: { dpast: ["P", "H"], dnext: ["T", "H"] },
    equation: "the rows of dy, cut where past ended",
    run: (ops, g) => ops.appendGradient(g.tensor("dy"), g.tensor("past").rows),
  },
  {
    name: "attend",
    inputs: attendInputs,
    outputs: { y: ["T", "N·K"] },
    equation: "y[t, n] = Σ_s softmax_s(q[t, n] · k[s, g] / √K) · v[s, g]; query t sees keys 0 to S − T + t",
    run: (ops, g) => [ops.attend(g.tensor("q"), g.tensor("k"), g.tensor("v"), width(g.attributes))],
  },
  {
    name: "attend.gradient",
    inputs: { dy: ["T", "N·K"], ...attendInputs },
    outputs: { dq: ["T", "N·K"], dk: ["S", "G·K"], dv: ["S", "G·K"] },
    equation: "the slopes of attend along q, k and v",
    run: (ops, g) =>
      ops.attendGradient(g.tensor("dy"), g.tensor("q"), g.tensor("k"), g.tensor("v"), width(g.attributes)),
  },
  {
    name: "crossEntropy",
    inputs: { z: ["T", "V"], targets: ["T"] },
    outputs: { loss: ["T"] },
    equation: "loss[t] = log Σ_v exp z[t, v] − z[t, targets[t]]",
    run: (ops, g) => [ops.crossEntropy(g.tensor("z"), g.ids("targets"))],
  },
  {
    name: "crossEntropy.gradient",
    inputs: { dloss: ["T"], z: ["T", "V"], targets: ["T"] },
    outputs: { dz: ["T", "V"] },
    equation: "dz[t, v] = dloss[t] · (softmax(z[t])[v] − 1 where v = targets[t])",
    run: (ops, g) => [ops.crossEntropyGradient(g.tensor("dloss"), g.tensor("z"), g.ids("targets"))],
  },
  {
    name: "feedForward",
    inputs: { x: TD, up: ["D", "F"], "upBias?": ["F"], down: ["F", "D"], "downBias?": ["D"] },
    outputs: { y: TD },
    equation: "y = f(x · up + upBias) · down + downBias; with skip, rows of down behind a zero are not read",
    run: (ops, g) => [
      ops.feedForward(
        g.tensor("x"),
        {
          up: g.tensor("up"),
          upBias: g.maybe("upBias"),
          down: g.tensor("down"),
          downBias: g.maybe("downBias"),
        },
        activation(g.attributes),
        skips(g.attributes),
      ),
    ],
  },
  {
    name: "gatedFeedForward",
    inputs: {
      x: TD,
      gate: ["D", "F"],
      "gateBias?": ["F"],
      up: ["F", "D"],
      down: ["F", "D"],
      "downBias?": ["D"],
    },
    outputs: { y: TD },
    equation:
      "y = (f(x · gate + gateBias) ⊙ (x · upᵀ)) · down + downBias; with skip, rows behind a zero are not read",
    run: (ops, g) => [
      ops.feedForward(
        g.tensor("x"),
        {
          gate: g.tensor("gate"),
          gateBias: g.maybe("gateBias"),
          up: g.tensor("up"),
          down: g.tensor("down"),
          downBias: g.maybe("downBias"),
        },
        activation(g.attributes),
        skips(g.attributes),
      ),
    ],
  },
];

/** The operators by name. */
export const OPERATIONS: ReadonlyMap<string, Operation> = new Map(LIST.map((op) => [op.name, op]));

/** The inputs that hold ids and no numbers. */
export const IDS: ReadonlySet<string> = new Set(["tokens", "targets"]);

/** @throws {RangeError} when there is no operator of that name */
export function operation(name: string): Operation {
  const found = OPERATIONS.get(name);
  if (found) return found;
  throw new RangeError(`operation: name is ${name}; expected one of ${[...OPERATIONS.keys()].join(", ")}`);
}
