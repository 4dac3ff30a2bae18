// Operators of the contract as a kernel: the reference, the WebAssembly kernels, or anybody's, judged like any other.
import type { Activation, Gradients, Ops, Rotation } from "../ops/contract.ts";
import { type Matrix, matrixOf, type Tensor, type Vector, vectorOf } from "../tensor.ts";
import { type Case, outputShapes } from "./case.ts";
import type { Declaration, Kernel } from "./kernel.ts";
import { caseIn } from "./machine-kernel.ts";
import { OPERATIONS } from "./operations.ts";
import { viewOf, write } from "./picture.ts";

type Differentiable = Ops & { readonly gradient: Gradients };

/** What one operator gives for the tensors of a call, or nothing where it is not there. */
type Calls = Readonly<Record<string, (given: Named) => readonly (Tensor | undefined)[] | undefined>>;

/** The tensors of a call by name, as the contract's operators take them. */
interface Named {
  readonly m: (name: string) => Matrix<never, never>;
  readonly v: (name: string) => Vector<never>;
  readonly maybe: (name: string) => Vector<never> | undefined;
  readonly ids: (name: string) => readonly number[];
  readonly attributes: Case["attributes"];
}

const f = ({ attributes }: Named): Activation => attributes["f"] as Activation;
const epsilon = ({ attributes }: Named): number => attributes["epsilon"] as number;
const K = ({ attributes }: Named): number => attributes["K"] as number;
const rotation = ({ attributes }: Named): Rotation => attributes as unknown as Rotation;

/** Layers that are one kernel, where there are any; what they do not do is made of single operators. */
export interface Layers {
  readonly feedForward?: (
    x: Matrix<"T", "D">,
    layer: ReturnType<typeof plainLayer>,
    f: Activation,
    skip: boolean,
  ) => Tensor | undefined;
  readonly gatedFeedForward?: (
    x: Matrix<"T", "D">,
    layer: ReturnType<typeof gatedLayer>,
    f: Activation,
    skip: boolean,
  ) => Tensor | undefined;
}

const skips = ({ attributes }: Named): boolean => attributes["skip"] === true;

const plainLayer = (g: Named) => {
  const [upBias, downBias] = [g.maybe("upBias"), g.maybe("downBias")];
  const layer = { up: g.m("up"), down: g.m("down") };
  return { ...layer, ...(upBias && { upBias }), ...(downBias && { downBias }) };
};

const gatedLayer = (g: Named) => {
  const [gateBias, downBias] = [g.maybe("gateBias"), g.maybe("downBias")];
  const layer = { gate: g.m("gate"), up: g.m("up"), down: g.m("down") };
  return { ...layer, ...(gateBias && { gateBias }), ...(downBias && { downBias }) };
};

const plain = (ops: Differentiable, g: Named): Tensor => {
  const { up, upBias, down, downBias } = plainLayer(g);
  const h = ops.activate(ops.linear(g.m("x"), up, upBias), f(g));
  return (skips(g) ? ops.activeLinear : ops.linear)(h, down, downBias);
};

const gated = (ops: Differentiable, g: Named): Tensor => {
  const { gate, gateBias, up, down, downBias } = gatedLayer(g);
  const open = ops.activate(ops.linear(g.m("x"), gate, gateBias), f(g));
  const h = (skips(g) ? ops.activeGatedLinear : ops.gatedLinear)(g.m("x"), up, open);
  return (skips(g) ? ops.activeLinear : ops.linear)(h, down, downBias);
};

const calls = (ops: Differentiable, layers: Layers): Calls => ({
  embed: (g) => [ops.embed(g.ids("tokens"), g.m("table"))],
  linear: (g) => [ops.linear(g.m("x"), g.m("w"), g.maybe("b"))],
  activeLinear: (g) => [ops.activeLinear(g.m("x"), g.m("w"), g.maybe("b"))],
  gatedLinear: (g) => [ops.gatedLinear(g.m("x"), g.m("w"), g.m("g"))],
  activeGatedLinear: (g) => [ops.activeGatedLinear(g.m("x"), g.m("w"), g.m("g"))],
  unembed: (g) => [ops.unembed(g.m("x"), g.m("table"))],
  add: (g) => [ops.add<Tensor>(g.m("x"), g.m("y"))],
  mul: (g) => [ops.mul(g.m("x"), g.m("y"))],
  activate: (g) => [ops.activate(g.m("x"), f(g))],
  softmax: (g) => [ops.softmax(g.m("x"))],
  layerNorm: (g) => [ops.layerNorm(g.m("x"), g.v("gain"), g.v("bias"), epsilon(g))],
  rmsNorm: (g) => [ops.rmsNorm(g.m("x"), g.v("gain"), epsilon(g))],
  rotary: (g) => [ops.rotary(g.m("x"), rotation(g))],
  append: (g) => [ops.append(g.m("past"), g.m("next"))],
  attend: (g) => [ops.attend(g.m("q"), g.m("k"), g.m("v"), K(g))],
  crossEntropy: (g) => [ops.crossEntropy(g.m("z"), g.ids("targets"))],
  feedForward: (g) => [layers.feedForward?.(g.m("x"), plainLayer(g), f(g), skips(g)) ?? plain(ops, g)],
  gatedFeedForward: (g) => [
    layers.gatedFeedForward?.(g.m("x"), gatedLayer(g), f(g), skips(g)) ?? gated(ops, g),
  ],
  "embed.gradient": (g) => ops.gradient.embed(g.m("dx"), g.ids("tokens"), g.m("table")),
  "linear.gradient": (g) => ops.gradient.linear(g.m("dy"), g.m("x"), g.m("w"), g.maybe("b")),
  "gatedLinear.gradient": (g) => ops.gradient.gatedLinear(g.m("dh"), g.m("x"), g.m("w"), g.m("g")),
  "unembed.gradient": (g) => ops.gradient.unembed(g.m("dz"), g.m("x"), g.m("table")),
  "mul.gradient": (g) => ops.gradient.mul(g.m("dz"), g.m("x"), g.m("y")),
  "activate.gradient": (g) => ops.gradient.activate(g.m("dy"), g.m("x"), f(g)),
  "softmax.gradient": (g) => ops.gradient.softmax(g.m("dp"), g.m("x")),
  "layerNorm.gradient": (g) =>
    ops.gradient.layerNorm(g.m("dy"), g.m("x"), g.v("gain"), g.v("bias"), epsilon(g)),
  "rmsNorm.gradient": (g) => ops.gradient.rmsNorm(g.m("dy"), g.m("x"), g.v("gain"), epsilon(g)),
  "rotary.gradient": (g) => ops.gradient.rotary(g.m("dy"), rotation(g)),
  "append.gradient": (g) => ops.gradient.append(g.m("dy"), g.m("past"), g.m("next")),
  "attend.gradient": (g) => ops.gradient.attend(g.m("dy"), g.m("q"), g.m("k"), g.m("v"), K(g)),
  "crossEntropy.gradient": (g) => ops.gradient.crossEntropy(g.v("dloss"), g.m("z"), g.ids("targets")),
});

/**
 * The operators as a kernel. Each call runs in a scope, and its results are read before it ends.
 *
 * @param layers   whole layers that are kernels of their own
 * @param numbers  what the kernel takes its tensors in: float32 for kernels, float64 for the reference
 */
export function operatorKernel(
  declaration: Declaration,
  ops: Differentiable,
  layers: Layers = {},
  numbers: Float32ArrayConstructor | Float64ArrayConstructor = Float32Array,
): Kernel {
  const known = calls(ops, layers);
  return {
    declaration: { ops: [...OPERATIONS.keys()], strides: true, ...declaration },
    run: (picture) => {
      const given = caseIn(picture);
      const call = known[given.op];
      if (!call) return { status: "unsupported", message: `${given.op} is no operator here` };
      ops.scope(() => {
        const results = call(named(given, numbers));
        for (const [i, name] of Object.keys(outputShapes(given)).entries()) {
          const [view, result] = [viewOf(picture, `out.${name}`), results?.[i]];
          if (view && result) write(picture, view, result.data.subarray(0, result.size));
        }
      });
      return { status: "ok" };
    },
  };
}

function named(
  { inputs, attributes }: Case,
  Numbers: Float32ArrayConstructor | Float64ArrayConstructor,
): Named {
  const input = (name: string) => {
    const found = inputs[name];
    if (!found) throw new RangeError(`operatorKernel: the call has no input ${name}; expected one`);
    return found;
  };
  const v = (name: string): Vector<never> => vectorOf(Numbers.from(input(name).numbers));
  return {
    v,
    m: (name) => {
      const { shape, numbers } = input(name);
      return matrixOf(Numbers.from(numbers), shape[0] ?? 0, shape[1] ?? 0);
    },
    maybe: (name) => (inputs[name] ? v(name) : undefined),
    ids: (name) => [...input(name).numbers],
    attributes,
  };
}
