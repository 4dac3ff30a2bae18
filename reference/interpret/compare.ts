// Two implementations side by side: which operator of `b` leaves its bound around `a`, and on what arguments.
// Both get the same arguments, results of `a`, so that no error is inherited and the first one named is the one.
import { type Ops, override } from "../ops/contract.ts";
import type { Tensor } from "../tensor.ts";

/** Throws, or notes, when `got` is too far from `wanted` for an operator of these arguments. */
export type Judge = (operator: keyof Ops, wanted: Tensor, got: Tensor, args: readonly unknown[]) => void;

/** `a`, while `judge` is shown what `b` would have answered to each call. */
export function compare<O extends Ops>(a: O, b: Ops, judge: Judge): O {
  const both = <Y extends Tensor>(operator: keyof Ops, wanted: Y, got: Y, ...args: readonly unknown[]): Y => {
    judge(operator, wanted, got, args);
    return wanted;
  };
  const judged: Ops = {
    scope: (body) => a.scope(() => b.scope(body)),
    embed: (tokens, table) => both("embed", a.embed(tokens, table), b.embed(tokens, table), tokens, table),
    linear: (x, w, bias) => both("linear", a.linear(x, w, bias), b.linear(x, w, bias), x, w, bias),
    activeLinear: (x, w, bias) =>
      both("activeLinear", a.activeLinear(x, w, bias), b.activeLinear(x, w, bias), x, w, bias),
    gatedLinear: (x, w, g) => both("gatedLinear", a.gatedLinear(x, w, g), b.gatedLinear(x, w, g), x, w, g),
    activeGatedLinear: (x, w, g) =>
      both("activeGatedLinear", a.activeGatedLinear(x, w, g), b.activeGatedLinear(x, w, g), x, w, g),
    unembed: (x, table) => both("unembed", a.unembed(x, table), b.unembed(x, table), x, table),
    add: (x, y) => both("add", a.add(x, y), b.add(x, y), x, y),
    mul: (x, y) => both("mul", a.mul(x, y), b.mul(x, y), x, y),
    activate: (x, f) => both("activate", a.activate(x, f), b.activate(x, f), x, f),
    softmax: (x) => both("softmax", a.softmax(x), b.softmax(x), x),
    layerNorm: (...args) => both("layerNorm", a.layerNorm(...args), b.layerNorm(...args), ...args),
    rmsNorm: (x, gain, epsilon) =>
      both("rmsNorm", a.rmsNorm(x, gain, epsilon), b.rmsNorm(x, gain, epsilon), x, gain, epsilon),
    rotary: (x, rotation) => both("rotary", a.rotary(x, rotation), b.rotary(x, rotation), x, rotation),
    append: (past, next) => both("append", a.append(past, next), b.append(past, next), past, next),
    attend: (q, k, v, K) => both("attend", a.attend(q, k, v, K), b.attend(q, k, v, K), q, k, v, K),
    crossEntropy: (z, targets) =>
      both("crossEntropy", a.crossEntropy(z, targets), b.crossEntropy(z, targets), z, targets),
  };
  return override(a, judged);
}
