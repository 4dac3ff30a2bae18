// The operators as steps on the device; a feed-forward layer is four or five of them, and nothing comes back between.
import type { Activation } from "../../../reference/ops/contract.ts";
import type { Call, OnDevice } from "./call.ts";
import { activate, KINDS } from "./shaders/activate.ts";
import { gatedLinear } from "./shaders/gated-linear.ts";
import { linear } from "./shaders/linear.ts";
import { activeLinear, compact } from "./shaders/row-skipping.ts";
import type { Shader } from "./shaders/shader.ts";

/** The inputs of a call by name; `f` and `skip` are those of its attributes. */
export interface Given {
  readonly tensor: (name: string) => OnDevice;
  readonly optional: (name: string) => OnDevice | undefined;
  readonly f: Activation;
  readonly skip: boolean;
}

export const shaders: readonly Shader[] = [linear, compact, activeLinear, gatedLinear, activate];

/** Workgroups of 64 along a row of that many columns. */
const across = (columns: number): number => Math.ceil(columns / 64);

type Product = (call: Call, x: OnDevice, w: OnDevice, b: OnDevice | undefined, y: OnDevice) => void;

const dense: Product = (call, x, w, b = call.room(1, w.columns), y) => {
  const uniform = { whole: [x.rows, x.columns, w.columns] };
  call.step(linear, uniform, [x, w, b, y], [across(w.columns), x.rows]);
};

const rowSkipping: Product = (call, x, w, b = call.room(1, w.columns), y) => {
  const [rows, count] = [call.room(x.rows, x.columns), call.room(1, x.rows)];
  call.step(compact, { whole: [x.rows, x.columns] }, [x, rows, count], [x.rows, 1]);
  const uniform = { whole: [x.rows, x.columns, w.columns] };
  call.step(activeLinear, uniform, [x, w, b, rows, count, y], [across(w.columns), x.rows]);
};

function gate(call: Call, x: OnDevice, w: OnDevice, g: OnDevice, skips: boolean, h: OnDevice): void {
  const uniform = { whole: [x.rows, x.columns, w.rows, skips ? 1 : 0] };
  call.step(gatedLinear, uniform, [x, w, g, h], [w.rows, x.rows]);
}

function activation(call: Call, x: OnDevice, f: Activation, y: OnDevice): void {
  const shift = f.kind === "identity" ? 0 : f.shift;
  const threshold = "threshold" in f ? f.threshold : 0;
  const uniform = { whole: [x.rows, x.columns, KINDS[f.kind] ?? 0], floats: [shift, threshold] };
  call.step(activate, uniform, [x, y], [across(x.columns), x.rows]);
}

/** Fills the result, by the operator's name. */
export const operators: Readonly<Record<string, (call: Call, given: Given, result: OnDevice) => void>> = {
  linear: (call, { tensor, optional }, y) => dense(call, tensor("x"), tensor("w"), optional("b"), y),
  activeLinear: (call, { tensor, optional }, y) =>
    rowSkipping(call, tensor("x"), tensor("w"), optional("b"), y),
  gatedLinear: (call, { tensor }, h) => gate(call, tensor("x"), tensor("w"), tensor("g"), false, h),
  activeGatedLinear: (call, { tensor }, h) => gate(call, tensor("x"), tensor("w"), tensor("g"), true, h),
  activate: (call, { tensor, f }, y) => activation(call, tensor("x"), f, y),

  feedForward: (call, { tensor, optional, f, skip }, y) => {
    const [x, up] = [tensor("x"), tensor("up")];
    const [z, h] = [call.room(x.rows, up.columns), call.room(x.rows, up.columns)];
    dense(call, x, up, optional("upBias"), z);
    activation(call, z, f, h);
    (skip ? rowSkipping : dense)(call, h, tensor("down"), optional("downBias"), y);
  },

  /** Row f of up is read only where the gate is open, row f of down only where h is not zero either. */
  gatedFeedForward: (call, { tensor, optional, f, skip }, y) => {
    const [x, first] = [tensor("x"), tensor("gate")];
    const [z, g, h] = [0, 1, 2].map(() => call.room(x.rows, first.columns)) as [OnDevice, OnDevice, OnDevice];
    dense(call, x, first, optional("gateBias"), z);
    activation(call, z, f, g);
    gate(call, x, tensor("up"), g, skip, h);
    (skip ? rowSkipping : dense)(call, h, tensor("down"), optional("downBias"), y);
  },
};
