import assert from "node:assert/strict";
import { test } from "node:test";
import { machine, plainManner } from "../../../reference/oracle/arithmetic/machine.ts";
import { ORDERS } from "../../../reference/oracle/arithmetic/order.ts";
import { type Case, outputShapes } from "../../../reference/oracle/case.ts";
import { evaluate } from "../../../reference/oracle/evaluate.ts";
import { FORMATS, roundedTo } from "../../../reference/oracle/float-formats.ts";
import { modelOf } from "../../../reference/oracle/model.ts";
import { IDS, OPERATIONS, operation } from "../../../reference/oracle/operations.ts";
import { gaugeOf, truthOf } from "../../../reference/oracle/truth.ts";
import { core } from "./core.ts";

const of = (op: string, dtype: string): readonly Case[] =>
  core.filter((given) => given.op === op && given.dtype === dtype);

test("ids are unique and say operator and type", () => {
  assert.equal(new Set(core.map(({ id }) => id)).size, core.length);
  for (const { id, op, dtype } of core) assert.ok(id.startsWith(`${op}/${dtype.toLowerCase()}/`), id);
});

test("tensors are those of the operator, of its shapes, and every number is one of the type's", () => {
  for (const { id, op, dtype, inputs } of core) {
    const axes = operation(op).inputs;
    const names = Object.keys(axes);
    for (const name of names) assert.ok(name.endsWith("?") || inputs[name], `${id} has ${name}`);
    const sizes = new Map<string, number>();
    for (const [name, { shape, numbers }] of Object.entries(inputs)) {
      const wanted = axes[name] ?? axes[`${name}?`];
      assert.equal(shape.length, wanted?.length, `${id}: ${name}`);
      for (const [i, axis] of (wanted ?? []).entries()) {
        assert.equal(shape[i], sizes.get(axis) ?? shape[i], `${id}: ${axis} of ${name}`);
        sizes.set(axis, shape[i] ?? 0);
      }
      assert.equal(
        numbers.length,
        shape.reduce((a, b) => a * b, 1),
        `${id}: ${name}`,
      );
      const below = (op.startsWith("embed") ? inputs["table"]?.shape[0] : inputs["z"]?.shape[1]) ?? 0;
      const fits = IDS.has(name)
        ? (x: number) => Number.isInteger(x) && x >= 0 && x < below
        : (x: number) => Object.is(roundedTo(FORMATS[dtype], x), x);
      assert.ok([...numbers].every(fits), `${id}: every number of ${name} is in ${dtype}`);
    }
  }
});

test("each operator has an exact or bounded case in each type, and in float32 one that checks bits or roundings", () => {
  for (const op of OPERATIONS.keys())
    for (const dtype of ["F32", "F16", "BF16", "F64"])
      assert.ok(
        of(op, dtype).some(({ tier }) => tier !== "special"),
        `${op} in ${dtype}`,
      );
});

test("an exact case allows no more than its result's own rounding, and machines that add in any order agree on its bits", () => {
  const exact = core.filter(({ tier }) => tier === "exact");
  assert.ok(exact.length > 300);
  for (const given of exact.filter((_, i) => i % 20 === 0)) {
    const [model, truth] = [modelOf({}, given.dtype), truthOf(given)];
    for (const [output, { bound }] of Object.entries(gaugeOf(given, model)))
      for (const [i, most] of bound.entries()) {
        const wanted = Math.abs(truth[output]?.hi[i] ?? 0);
        const { u, eta } = FORMATS[given.dtype];
        const rounding = u * wanted + (wanted > 0 ? eta : 0);
        assert.ok(most <= rounding * (1 + 2 ** -40), `${given.id}: ${output}[${i}] within ${most}`);
      }
    const [first, ...others] = ORDERS.map((order) => {
      const outputs = evaluate(given, machine(model, { ...plainManner, order }));
      return Object.values(outputs).map((numbers) => numbers.map((x) => x + 0)); // the sign of a zero is free
    });
    for (const other of others) assert.deepEqual(other, first, given.id);
  }
});

test("operators with rows have cases without a row, of one row, and products without terms or results", () => {
  const empty = (op: string, name: string, axis: number): boolean =>
    of(op, "F32").some(({ inputs }) => inputs[name]?.shape[axis] === 0);
  for (const op of ["linear", "activeLinear", "gatedLinear", "activeGatedLinear", "unembed"]) {
    assert.ok(empty(op, "x", 0) && empty(op, "x", 1), `${op} without rows, without terms`);
    const nothing = of(op, "F32").some((given) => (Object.values(outputShapes(given))[0]?.[1] ?? 1) === 0);
    assert.ok(nothing, `${op} without results`);
    assert.ok(
      of(op, "F32").some(({ inputs }) => inputs["x"]?.shape[0] === 1),
      `${op} of one row`,
    );
  }
  for (const op of ["feedForward", "gatedFeedForward", "add", "mul", "layerNorm", "rmsNorm"])
    assert.ok(empty(op, "x", 0), `${op} without rows`);
});

test("there are cases with rows apart, with memory at odd places, and in a sequence of calls", () => {
  for (const dtype of ["F32", "F16", "BF16"]) {
    const laid = core
      .filter((given) => given.dtype === dtype)
      .flatMap(({ layout }) => Object.values(layout ?? {}));
    assert.ok(laid.some(({ pitch }) => pitch) && laid.some(({ misaligned }) => misaligned), dtype);
  }
  for (const op of OPERATIONS.keys())
    assert.ok(
      op === "append.gradient" || of(op, "F32").some(({ sequence }) => sequence),
      `${op} in a sequence`,
    );
});

/** The share of neurons that fire, of each token of a layer. */
function alive(given: Case): readonly number[] {
  const shares: number[] = [];
  evaluate(given, machine(modelOf({}, given.dtype)), (ops) => ({
    ...ops,
    activate: (x, f) => {
      const y = ops.activate(x, f);
      for (let t = 0; t < y.rows; t++)
        shares.push(
          Array.from({ length: y.columns }, (_, n) => y.at(t, n)).filter((h) => h !== 0).length / y.columns,
        );
      return y;
    },
  }));
  return shares;
}

test("layers are asked for tokens without an active neuron, with all of them, and with few", () => {
  for (const op of ["feedForward", "gatedFeedForward"])
    for (const skip of [false, true]) {
      const mine = of(op, "F32").filter(({ attributes }) => (attributes["skip"] === true) === skip);
      const shares = mine.flatMap(alive);
      const what = `${op}, skip ${skip}`;
      assert.ok(shares.includes(0) && shares.includes(1), what);
      assert.ok(
        shares.some((share) => share > 0 && share < 0.2),
        what,
      );
    }
});
