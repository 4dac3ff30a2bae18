// The operators that truths are made of, against the float64 reference, against laws, and by hand.
import assert from "node:assert/strict";
import { test } from "node:test";
import { reference } from "../../../reference/ops/reference.ts";
import { type Case, type Input, pictureOf } from "../../../reference/oracle/case.ts";
import { OPERATIONS } from "../../../reference/oracle/operations.ts";
import { operatorKernel } from "../../../reference/oracle/operator-kernel.ts";
import { numbersIn } from "../../../reference/oracle/picture.ts";
import { type ByOutput, truthOf } from "../../../reference/oracle/truth.ts";
import { stream } from "../../../reference/random.ts";
import { isSlope } from "../ops/differences.ts";
import { caseOf, smallCases } from "./arithmetic/small-cases.ts";

const kernel = operatorKernel({ name: "reference", dtypes: ["F64"] }, reference, {}, Float64Array);
const SEEDS = [1, 2, 3, 4];

async function byReference(given: Case): Promise<ByOutput<ArrayLike<number>>> {
  const picture = pictureOf(given);
  assert.deepEqual(await kernel.run(picture), { status: "ok" });
  const outputs = picture.views.filter(({ name }) => name.startsWith("out."));
  return Object.fromEntries(outputs.map((view) => [view.name.slice(4), numbersIn(picture, view)]));
}

const truth = (given: Case, output: string): readonly number[] => {
  const found = truthOf(given)[output];
  assert.ok(found, `${given.op} has ${output}`);
  return [...found.hi];
};

const matrix = (...rows: readonly (readonly number[])[]): Input => ({
  shape: [rows.length, rows[0]?.length ?? 0],
  numbers: Float64Array.from(rows.flat()),
});

test("each operator, gradient and layer is the float64 reference's within 1e-13 of the largest number in it", async () => {
  const seen = new Set<string>();
  for (const seed of SEEDS)
    for (const given of smallCases("F64", seed)) {
      seen.add(given.op);
      const answer = await byReference(given);
      for (const [output, { hi, lo }] of Object.entries(truthOf(given))) {
        const size = hi.reduce((most, value) => Math.max(most, Math.abs(value)), 1);
        for (const [i, value] of hi.entries()) {
          const got = answer[output]?.[i] ?? Number.NaN;
          const error = Math.abs(got - value - (lo[i] ?? 0));
          assert.ok(error <= 1e-13 * size, `${given.op} ${output}[${i}] is ${value}; reference ${got}`);
        }
      }
    }
  assert.deepEqual([...seen].sort(), [...OPERATIONS.keys()].sort(), "no operator is left out");
});

test("each gradient is the slope of its operator, by differences", () => {
  for (const seed of SEEDS)
    for (const given of smallCases("F64", seed)) if (given.op.endsWith(".gradient")) slopesAgree(given, seed);
});

/** Σ dy · f(inputs + s · direction) has the slope Σ dinput · direction, along every input at once. */
function slopesAgree(given: Case, seed: number): void {
  const op = given.op.replace(".gradient", "");
  const operation = OPERATIONS.get(op);
  assert.ok(operation);
  const names = Object.keys(operation.inputs).map((key) => key.replace("?", ""));
  const [output = ""] = Object.keys(operation.outputs);
  const dy = given.inputs[`d${output}`] ?? given.inputs["dy"];
  assert.ok(dy, `${given.op} takes the slope of ${output}`);
  const draw = stream(seed, `direction ${given.op}`);
  const slopes = truthOf(given);
  const directions = new Map(
    Object.entries(slopes).map(([name, { hi }]) => [name.slice(1), hi.map(() => draw.normal() / 8)]),
  );
  const at = (s: number): Case => ({
    ...caseOf(op, "F64", {}, given.attributes),
    inputs: Object.fromEntries(
      names.flatMap((name) => {
        const input = given.inputs[name] ?? (op === "rotary" ? dy : undefined);
        const v = directions.get(name);
        if (!input) return [];
        return [
          [name, { ...input, numbers: Float64Array.from(input.numbers, (x, i) => x + s * (v?.[i] ?? 0)) }],
        ];
      }),
    ),
  });
  const phi = (s: number): number =>
    truth(at(s), output).reduce((sum, value, i) => sum + value * (dy.numbers[i] ?? 0), 0);
  const slope = Object.entries(slopes).reduce(
    (sum, [name, { hi }]) =>
      sum + hi.reduce((part, d, i) => part + d * (directions.get(name.slice(1))?.[i] ?? 0), 0),
    0,
  );
  isSlope(slope, phi, 1e-12, `${given.op} ${JSON.stringify(given.attributes)}`);
}

test("active operators are their sisters, and do not read behind a zero", () => {
  for (const given of smallCases("F64", 7)) {
    if (given.op !== "activeLinear" && given.op !== "activeGatedLinear") continue;
    const sister = given.op === "activeLinear" ? "linear" : "gatedLinear";
    const [output = ""] = Object.keys(truthOf(given));
    assert.deepEqual(truth(given, output), truth({ ...given, op: sister }, output));
  }
  const linear = caseOf("activeLinear", "F64", {
    x: matrix([0, 2, -0]),
    w: matrix([Infinity], [3], [Number.NaN]),
  });
  assert.deepEqual(truth(linear, "y"), [6]);
  assert.deepEqual(truth({ ...linear, op: "linear" }, "y"), [Number.NaN]);
  const gated = caseOf("activeGatedLinear", "F64", {
    x: matrix([1, 2]),
    w: matrix([3, Infinity], [5, 7]),
    g: matrix([0, 0.5]),
  });
  assert.deepEqual(truth(gated, "h"), [0, 9.5]);
});

test("by hand: products, the norm of a row, causal attention, rotation and loss", () => {
  const x = matrix([1, 2], [3, -1]);
  const w = matrix([1, 0, 2], [-1, 4, 0.5]);
  const b = { shape: [3], numbers: Float64Array.of(10, 20, 30) };
  assert.deepEqual(truth(caseOf("linear", "F64", { x, w, b }), "y"), [9, 28, 33, 14, 16, 35.5]);
  const gain = { shape: [2], numbers: Float64Array.of(2, 1) };
  assert.deepEqual(
    truth(caseOf("rmsNorm", "F64", { x: matrix([3, 4]), gain }, { epsilon: 12.5 }), "y"),
    [1.2, 0.8],
  );
  const bias = { shape: [2], numbers: Float64Array.of(0, 1) };
  assert.deepEqual(
    truth(caseOf("layerNorm", "F64", { x: matrix([1, 5]), gain, bias }, { epsilon: 0 }), "y"),
    [-2, 2],
  );
  // equal scores: the first query sees two keys, the second three
  const attend = caseOf(
    "attend",
    "F64",
    { q: matrix([0], [0]), k: matrix([1], [2], [3]), v: matrix([3], [6], [12]) },
    { K: 1 },
  );
  assert.deepEqual(truth(attend, "y"), [4.5, 7]);
  const turn = { K: 2, start: 0, base: 10000, pairing: "interleaved" };
  assert.deepEqual(truth(caseOf("rotary", "F64", { x: matrix([3, 4]) }, turn), "y"), [3, 4]);
  const targets = { shape: [1], numbers: Float64Array.of(1) };
  assert.deepEqual(truth(caseOf("crossEntropy", "F64", { z: matrix([5, 5, 5, 5]), targets }), "loss"), [
    2 * Math.LN2,
  ]);
});

test("rows of softmax and their slopes: they add up to 1, and to 0", () => {
  for (const given of smallCases("F64", 8)) {
    if (!given.op.startsWith("softmax")) continue;
    const [output = ""] = Object.keys(truthOf(given));
    const [row, wanted] = [truth(given, output).slice(0, 9), given.op === "softmax" ? 1 : 0];
    assert.ok(Math.abs(row.reduce((a, b) => a + b) - wanted) < 1e-15);
  }
});

test("row t depends on no later row and on no number of rows", () => {
  for (const given of smallCases("F64", 9)) {
    const T = given.inputs["x"]?.shape[0] ?? 0;
    if (given.op.endsWith(".gradient") || T < 2 || given.inputs["g"]) continue;
    const [output = ""] = Object.keys(truthOf(given));
    const first = (input: Input): Input => ({
      shape: [1, input.shape[1] ?? 0],
      numbers: input.numbers.slice(0, input.shape[1]),
    });
    const cut = ["x", "y"].filter((name) => given.inputs[name]);
    const inputs = {
      ...given.inputs,
      ...Object.fromEntries(cut.map((n) => [n, first(given.inputs[n] as Input)])),
    };
    const alone = truth({ ...given, inputs }, output);
    assert.deepEqual(alone, truth(given, output).slice(0, alone.length), given.op);
  }
});
