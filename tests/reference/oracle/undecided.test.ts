// A layer three of whose neurons are so near their threshold that rounding decides: any of them may be open or shut.
import assert from "node:assert/strict";
import { test } from "node:test";
import { plainManner } from "../../../reference/oracle/arithmetic/machine.ts";
import type { Case, Input } from "../../../reference/oracle/case.ts";
import { expectationOf } from "../../../reference/oracle/expectation.ts";
import { tryCase } from "../../../reference/oracle/harness.ts";
import type { Kernel } from "../../../reference/oracle/kernel.ts";
import { machineKernel } from "../../../reference/oracle/machine-kernel.ts";
import { modelOf } from "../../../reference/oracle/model.ts";
import { mapped } from "../../../reference/oracle/operators/grid.ts";
import { truthOf } from "../../../reference/oracle/truth.ts";
import { undecidedOf, unexplained } from "../../../reference/oracle/undecided.ts";
import { stream } from "../../../reference/random.ts";
import { caseOf, tensor } from "./arithmetic/small-cases.ts";

const draw = stream(1, "undecided");
const random = (...shape: readonly number[]): Input => tensor("F32", shape, () => draw.normal());
const THRESHOLD = 0.5;
const NEAR = [1, 4, 6];

/** Neurons 1, 4 and 6 get the bias that lifts them to the threshold, as nearly as float32 can. */
function layer(kind: string, shift = 0): Case {
  const [x, gate] = [random(2, 5), random(5, 8)];
  const { y } = truthOf(caseOf("linear", "F32", { x, w: gate }));
  const bias = tensor("F32", [8], (n) => (NEAR.includes(n) ? THRESHOLD + shift - (y?.hi[n] ?? 0) : 0.125));
  const attributes = { f: { kind, threshold: THRESHOLD, shift }, skip: true };
  const rest = { up: random(8, 5), down: random(8, 5) };
  return caseOf("gatedFeedForward", "F32", { x, gate, gateBias: bias, ...rest }, attributes);
}

const model = modelOf({}, "F32");
const given = layer("fatrelu");
const expected = expectationOf(given, model);

/** A kernel that keeps a share of the height of some neurons of token 0: 1 opens them, 0 shuts them. */
const keeping = (share: (n: number) => number | undefined, shift = 0): Kernel =>
  machineKernel({ name: "choosing" }, plainManner, {
    operators: (ops) => ({
      ...ops,
      activate: (x, f) =>
        mapped(ops.activate(x, f), (value, t, n) => {
          const kept = t === 0 ? share(n) : undefined;
          return kept === undefined ? value : kept * (x.at(t, n) - shift);
        }),
    }),
  });

test("undecidedOf(case, model) finds the neurons at their threshold, of the token that has them there", () => {
  assert.deepEqual([...(expected.undecided?.keys() ?? [])], [0]);
  assert.deepEqual(expected.undecided?.get(0)?.neurons, NEAR);
});

test("undecidedOf(case, model) is nothing where an activation does not jump, or no layer is asked for", () => {
  assert.equal(undecidedOf(layer("relu"), model), undefined);
  const alone = caseOf("activate", "F32", { x: random(1, 4) }, given.attributes);
  assert.equal(undecidedOf(alone, model), undefined);
});

test("a kernel that opens any of the undecided neurons passes", async () => {
  for (const [shift, one] of [
    [0, given],
    [0.25, layer("fatrelu", 0.25)],
    [0, layer("fatrelu-strict")],
  ] as const) {
    const wanted = expectationOf(one, model);
    assert.deepEqual(wanted.undecided?.get(0)?.neurons, NEAR);
    for (let choice = 0; choice < 8; choice++) {
      const kernel = keeping((n) => {
        const j = NEAR.indexOf(n);
        return j < 0 ? undefined : (choice >> j) & 1;
      }, shift);
      const trial = await tryCase(kernel, one, wanted);
      assert.equal(trial.status, "PASS-BOUND", `choice ${choice}: ${JSON.stringify(trial.wrong[0])}`);
    }
  }
});

test("a kernel that halves a neuron's height fails, though between open and shut", async () => {
  for (const n of NEAR) {
    const halving = keeping((other) => (other === n ? 0.5 : undefined));
    const { undecided: _, ...hull } = expected;
    assert.notEqual((await tryCase(halving, given, hull)).status, "FAIL", "it is inside of the hull");
    const trial = await tryCase(halving, given, expected);
    assert.equal(trial.status, "FAIL");
    assert.deepEqual([trial.wrong[0]?.output, trial.wrong[0]?.index], ["y", 0]);
  }
});

test("a kernel that opens a neuron which is certainly shut fails", async () => {
  const { y } = truthOf(
    caseOf("linear", "F32", {
      x: given.inputs["x"] as Input,
      w: given.inputs["gate"] as Input,
      b: given.inputs["gateBias"] as Input,
    }),
  );
  const shut = [0, 2, 3, 5, 7].find((n) => (y?.hi[n] ?? 1) < THRESHOLD - 0.1);
  assert.ok(shut !== undefined);
  assert.equal(
    (
      await tryCase(
        keeping((n) => (n === shut ? 1 : undefined)),
        given,
        expected,
      )
    ).status,
    "FAIL",
  );
});

test("unexplained(undecided, answer) names the first token that no choice gives; of more than twelve it says nothing", () => {
  const row = {
    neurons: [3],
    shut: Float64Array.of(1, 2),
    adds: [Float64Array.of(0.5, -0.5)],
    bound: Float64Array.of(0.01, 0.01),
  };
  const of = (...y: readonly number[]) =>
    unexplained(
      new Map([
        [0, row],
        [2, row],
      ]),
      Float64Array.from(y),
    );
  assert.equal(of(1, 2, 9, 9, 1.5, 1.5), undefined);
  assert.equal(of(1.005, 2, 9, 9, 1.5, 1.505), undefined);
  assert.equal(of(1, 2, 9, 9, 1.5, 2), 2); // open in one element, shut in the other
  assert.equal(of(Number.NaN, 2, 9, 9, 1, 2), 0);
  const many = { ...row, neurons: Array.from({ length: 13 }, (_, n) => n) };
  assert.equal(unexplained(new Map([[0, many]]), Float64Array.of(7, 7)), undefined);
});
