// Answers before the oracle: one call, its truth, and how far a kernel of the declared arithmetic may be from it.
import assert from "node:assert/strict";
import { type Case, type Input, outputShapes } from "../../reference/oracle/case.ts";
import { expectationOf } from "../../reference/oracle/expectation.ts";
import { tryCase } from "../../reference/oracle/harness.ts";
import { judge, type Wrong } from "../../reference/oracle/judge.ts";
import type { Declaration, Kernel } from "../../reference/oracle/kernel.ts";
import { modelOf } from "../../reference/oracle/model.ts";
import { operation } from "../../reference/oracle/operations.ts";
import type { Attributes } from "../../reference/oracle/picture.ts";
import { type ByOutput, type Gauge, gaugeOf } from "../../reference/oracle/truth.ts";
import type { Tensor, Tokens } from "../../reference/tensor.ts";
import { isTensor } from "../../reference/weights.ts";

/** The tensors and ids of a call by name; undefined where it does without. */
export type Inputs = Readonly<Record<string, Tensor | Tokens | undefined>>;

/** An output, or all of them in the order of the operator; undefined where one is not made. */
export type Outputs = Tensor | Float32Array | readonly (Tensor | Float32Array | undefined)[];

/** What our own kernels say of themselves: float32, in any order, exp within 4 roundings, nothing flushed. */
const FLOAT32: Omit<Declaration, "name"> = { accumulator: "f32" };

const isOne = (got: Outputs): got is Tensor | Float32Array => got instanceof Float32Array || isTensor(got);
const numbersOf = (x: Tensor | Float32Array): Float64Array =>
  Float64Array.from(x instanceof Float32Array ? x : x.data.subarray(0, x.size));

/** The call as a case of float32 numbers, to which a kernel rounds what it is given. */
export function caseOf(op: string, inputs: Inputs, attributes: Attributes = {}): Case {
  const input = (x: Tensor | Tokens): Input =>
    isTensor(x)
      ? { shape: x.shape, numbers: Float32Array.from(x.data.subarray(0, x.size)) }
      : { shape: [x.length], numbers: Float64Array.from(x) };
  const given = Object.entries(inputs).flatMap(([name, x]) => (x ? [[name, input(x)] as const] : []));
  return { id: op, op, dtype: "F32", tier: "bounded", attributes, inputs: Object.fromEntries(given) };
}

/**
 * Fails where an element of the answer is farther from the truth than float32 explains, with operator, output, index,
 * found, truth and bound.
 *
 * @param got  the outputs that the operator has with these inputs, no more and no less
 */
export function judged(op: string, inputs: Inputs, got: Outputs, attributes: Attributes = {}): void {
  const given = caseOf(op, inputs, attributes);
  const expected = expectationOf(given, modelOf(FLOAT32, given.dtype));
  const { wrong } = judge(given, answerOf(given, got), expected);
  const [first] = wrong;
  if (first) assert.fail(sentence(given, first, wrong.length));
}

/** The outputs by name; there are as many as there should be, of as many elements. */
function answerOf(given: Case, got: Outputs): ByOutput<Float64Array> {
  const found = (isOne(got) ? [got] : got).filter((x) => x !== undefined);
  const shapes = Object.entries(outputShapes(given));
  assert.equal(found.length, shapes.length, `${given.op}: outputs`);
  return Object.fromEntries(
    shapes.map(([name, shape], i) => {
      const x = found[i] ?? new Float32Array(0);
      const numbers = numbersOf(x);
      if (isTensor(x)) assert.deepEqual([...x.shape], [...shape], `${given.op}: shape of ${name}`);
      const size = shape.reduce((product, axis) => product * axis, 1);
      assert.equal(numbers.length, size, `${given.op}: elements of ${name}`);
      return [name, numbers];
    }),
  );
}

const sentence = (
  { id, op, inputs, attributes }: Case,
  { output, index, got, truth, bound }: Wrong,
  count: number,
) => {
  const shapes = Object.entries(inputs).map(([name, { shape }]) => `${name} [${shape}]`);
  const call = `${id === op ? "" : `${id}: `}${op} of ${shapes.join(", ")} ${JSON.stringify(attributes)}`;
  return `${call}: ${output} element ${index} is ${got}; expected ${truth} within ${bound}, and ${count - 1} others likewise`;
};

/** How far each element of each output may be from the truth. */
export const boundsOf = (op: string, inputs: Inputs, attributes: Attributes = {}): ByOutput<Gauge> =>
  gaugeOf(caseOf(op, inputs, attributes), modelOf(FLOAT32, "F32"));

/** The arguments of an operator of the contract by name, and what is left of them as attributes. */
export function namedCall(
  op: string,
  args: readonly unknown[],
): { readonly inputs: Inputs; readonly attributes: Attributes } {
  const names = Object.keys(operation(op).inputs).map((key) => key.replace("?", ""));
  const inputs = Object.fromEntries(names.map((name, i) => [name, args[i]])) as Inputs;
  const rest = args[names.length];
  const key = ATTRIBUTE[op.replace(".gradient", "")];
  return { inputs, attributes: key === undefined ? ((rest ?? {}) as Attributes) : { [key]: rest } };
}

/** The one argument besides tensors, where it is not a record of its own. */
const ATTRIBUTE: Readonly<Record<string, string>> = {
  activate: "f",
  attend: "K",
  layerNorm: "epsilon",
  rmsNorm: "epsilon",
};

/** Fails unless the kernel passes the case, in its numbers and in what it does to memory that is not its own. */
export async function passes(kernel: Kernel, given: Case): Promise<void> {
  const trial = await tryCase(kernel, given, expectationOf(given, modelOf(kernel.declaration, given.dtype)));
  const [first] = trial.wrong;
  const problems = [
    ...(trial.message === undefined ? [] : [trial.message]),
    ...trial.misdeeds.map((misdeed) => misdeed.sentence),
    ...(first ? [sentence(given, first, trial.wrong.length)] : []),
  ];
  const right = trial.status === "PASS" || trial.status === "PASS-BOUND";
  assert.ok(right, `${kernel.declaration.name}, ${given.id}: ${trial.status} ${problems.join("; ")}`);
}
