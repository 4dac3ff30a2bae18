// The tape over whole models: its slopes against differences of the loss, and against what they must add up to.
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { compare } from "../../../reference/interpret/compare.ts";
import { count } from "../../../reference/interpret/count.ts";
import { record, type Slopes } from "../../../reference/interpret/record.ts";
import { skipZeros } from "../../../reference/interpret/skip-zeros.ts";
import { empty } from "../../../reference/models/cache.ts";
import { forward, type Model } from "../../../reference/models/model.ts";
import { type Differentiable, type Ops, override } from "../../../reference/ops/contract.ts";
import { reference } from "../../../reference/ops/reference.ts";
import { stream } from "../../../reference/random.ts";
import { map, sum, type Tensor, type Vector } from "../../../reference/tensor.ts";
import { mapTensors, names } from "../../../reference/weights.ts";
import { holds, matrices, of, sameBits } from "../../assertions.ts";
import { none, silu, tinyFalcon, tinyLlama, tinyModels, tinyOpt, tokens } from "../models/tiny.ts";
import { greatest, inner, isSlope, moved, total, u } from "../ops/differences.ts";

const T = tokens.length - 1;
const [inputs, targets] = [tokens.slice(0, T), tokens.slice(1)];

const losses = (ops: Ops, model: Model): Vector<"T"> =>
  ops.crossEntropy(forward(ops, model, inputs, empty).logits, targets);

/** The slopes of the mean loss over the tokens. */
function slopesOf(ops: Differentiable, model: Model): Slopes {
  const tape = record(ops);
  return tape.slopes(losses(tape, model), 1 / T);
}

// Against differences.

/**
 * Each element that is made on the way to the loss is rounded once at least; the whole is off by no more than if each
 * had been rounded as often as there are elements in the widest row, 20, in a number as large as the largest.
 */
function lossError(model: Model): number {
  let [elements, largest] = [0, 0];
  const look = compare(reference, reference, (_, made) => {
    elements += made.size;
    largest = Math.max(largest, greatest(made));
  });
  losses(look, model);
  return 20 * elements * u * largest;
}

/** What a run of the model leaves open and closed: where it changes between two points, a kink lies between them. */
function watched(model: Model): { readonly loss: number; readonly open: string } {
  let open = "";
  const ops = override(reference, {
    activate(x, f) {
      const y = reference.activate(x, f);
      if (f.kind === "relu") open += Array.from(y.data, (value) => (value > 0 ? "|" : ".")).join("");
      return y;
    },
  });
  const each = losses(ops, model);
  return { loss: sum(T, (t) => each.get(t)) / T, open };
}

/** The model, each weight tensor w moved to w + s · direction. */
const movedModel = <M extends Model>(model: M, directions: ReadonlyMap<string, Tensor>, s: number): M => ({
  ...model,
  weights: mapTensors(model.weights, (w, path) => {
    const direction = directions.get(path);
    return direction ? moved(w, direction, s) : w;
  }),
});

/** Checks the slope along the directions, by path; false where a kink is so near that no step is free of it. */
function agrees(
  model: Model,
  slopes: Slopes,
  directions: ReadonlyMap<string, Tensor>,
  what: string,
): boolean {
  const { open } = watched(model);
  const smooth = (h: number): boolean =>
    [-4, -2, -1, 1, 2, 4].every((k) => watched(movedModel(model, directions, k * h)).open === open);
  const h = [10, 14, 18].map((n) => 2 ** -n).find(smooth);
  if (h === undefined) return false;
  let slope = 0;
  for (const [w, path] of names(model.weights)) {
    const direction = directions.get(path);
    const found = slopes.get(w);
    if (direction && found) slope += inner(found, direction);
  }
  const phi = (s: number): number => watched(movedModel(model, directions, s)).loss;
  isSlope(slope, phi, lossError(model), what, h);
  return true;
}

/** The tiny models as they are, ReLU throughout, and with SiLU alone, which has no kink. */
const withSilu = <M extends Model>(model: M): M => ({
  ...model,
  config: { ...model.config, activation: silu, afterNorm: none },
});
const judged: readonly (readonly [string, Model])[] = [
  ...tinyModels.map((model) => [`${model.family}, ReLU`, model] as const),
  ["opt, SiLU", withSilu(tinyOpt)],
  ["llama, SiLU", withSilu(tinyLlama)],
  ["falcon, SiLU", withSilu(tinyFalcon)],
];

for (const [name, model] of judged) {
  const slopes = slopesOf(reference, model);
  const paths = [...names(model.weights)];

  test(`${name}: the tape's slopes agree with differences of the loss along random directions of all weights`, () => {
    let free = 0;
    for (let trial = 0; trial < 8; trial++) {
      const directions = new Map(
        paths.map(([w, path]) => {
          const random = stream(trial, path);
          return [path, map(w, () => random.integer(3) - 1)];
        }),
      );
      if (agrees(model, slopes, directions, `${name}: slope along direction ${trial}`)) free++;
    }
    assert.ok(free >= 6, `${free} of 8 directions are free of kinks`);
  });

  test(`${name}: the tape's slope of a single weight, of each tensor, agrees with differences of the loss`, () => {
    let free = 0;
    for (const [w, path] of paths) {
      const found = slopes.get(w);
      assert.ok(found, `${path} has a slope`);
      const place = stream(7, path).integer(w.size);
      const one = map(w, () => 0);
      one.data[place] = 1;
      if (agrees(model, slopes, new Map([[path, one]]), `${name}: slope of ${path}[${place}]`)) free++;
    }
    assert.ok(free >= 0.9 * paths.length, `${free} of ${paths.length} weights are free of kinks`);
  });
}

// What slopes must add up to.

const x = of<"T", "I">([1, 0, -2], [0, 0, 3]);
const w = of<"I", "O">([10, 20], [100, 200], [1000, 2000]);

test("slopes(loss, weight) of a sum over one product: by hand", () => {
  const tape = record(reference);
  const z = tape.linear(x, w); // [[−1990, −3980], [3000, 6000]]: each token certain of its guess, one of them wrong
  const slopes = tape.slopes(tape.crossEntropy(z, [0, 0]), 0.5);
  const dz = slopes.get(z);
  sameBits(dz ?? z, of([0, 0], [-0.5, 0.5]));
  sameBits(slopes.get(w) ?? w, of([0, 0], [0, 0], [-1.5, 1.5]));
  sameBits(slopes.get(x) ?? x, of([0, 0, 0], [5, 50, 500]));
});

test("slopes(loss, 2 · weight) is twice slopes(loss, weight), bit for bit", () => {
  const tape = record(reference);
  const loss = losses(tape, tinyOpt);
  const [once, twice] = [tape.slopes(loss, 0.25), tape.slopes(loss, 0.5)];
  assert.deepEqual([...once.keys()], [...twice.keys()]);
  for (const [tensor, slope] of once)
    sameBits(
      twice.get(tensor) ?? slope,
      map(slope, (value) => 2 * value),
    );
});

test("a weight used twice gets the sum: a tied table that of its two copies untied", () => {
  const { weights } = tinyOpt;
  assert.equal(weights.tokens, weights.unembedding);
  const untied = { ...tinyOpt, weights: { ...weights, unembedding: map(weights.tokens, (value) => value) } };
  const [both, apart] = [slopesOf(reference, tinyOpt), slopesOf(reference, untied)];
  const read = apart.get(untied.weights.tokens);
  const written = apart.get(untied.weights.unembedding);
  assert.ok(read && written && total(read) > 0 && total(written) > 0);
  sameBits(both.get(weights.tokens) ?? read, reference.add(written, read)); // the last use is met first
});

test("a tensor used twice by one operator gets the sum: x + x has slope 2, x ⊙ x has 2x", () => {
  const x = of<"T", "D">([3, 5]);
  for (const [make, wanted] of [
    [(ops: Ops) => ops.add(x, x), of<"T", "D">([2, 2])],
    [(ops: Ops) => ops.mul(x, x), of<"T", "D">([6, 10])],
  ] as const) {
    const tape = record(reference);
    const y = make(tape);
    const slopes = tape.slopes(tape.crossEntropy(tape.linear(y, of([0.5, 0], [0, 0.25])), [0]), 1);
    const [dx, dy] = [slopes.get(x) ?? x, slopes.get(y) ?? y];
    for (const i of [0, 1]) assert.equal(dx.data[i], (dy.data[i] ?? 0) * (wanted.data[i] ?? 0));
  }
});

test("slopes of two losses added are the sum of the slopes of each, to a rounding of each sum", () => {
  const cases = fc.tuple(matrices<"T", "V">(2, 3), matrices<"T", "V">(2, 3));
  holds(
    fc.property(cases, ([a, b]) => {
      const of = (which: (ops: Ops) => Vector<"T">): Slopes => {
        const tape = record(reference);
        return tape.slopes(which(tape), 1);
      };
      const first = (ops: Ops) => ops.crossEntropy(ops.mul(a, b), [0, 1]);
      const second = (ops: Ops) => ops.crossEntropy(b, [2, 2]);
      const [one, two, both] = [first, second, (ops: Ops) => ops.add(first(ops), second(ops))].map(of);
      sameBits(both?.get(a) ?? b, one?.get(a) ?? b);
      sameBits(both?.get(b) ?? a, reference.add(two?.get(b) ?? a, one?.get(b) ?? a));
    }),
  );
});

test("slopes(loss, weight) has no slope for what the loss does not depend on", () => {
  const tape = record(reference);
  const idle = tape.linear(x, of([1], [1], [1]));
  const loss = tape.crossEntropy(tape.linear(x, w), [0, 1]);
  const later = tape.add(loss, loss);
  const slopes = tape.slopes(loss, 1);
  assert.ok(slopes.has(w) && slopes.has(x) && slopes.has(loss));
  assert.ok(!slopes.has(idle) && !slopes.has(later));
});

test("record(ops) gives the bits of ops, changes no argument, and keeps slopes apart from tape to tape", () => {
  for (const model of tinyModels) {
    const kept = mapTensors(model.weights, (w) => map(w, (value) => value));
    sameBits(losses(record(reference), model), losses(reference, model));
    const [a, b] = [slopesOf(reference, model), slopesOf(reference, model)];
    const [before, after] = [[...names(kept).keys()], [...names(model.weights).keys()]];
    for (const [i, w] of after.entries()) {
      sameBits(w, before[i] ?? w);
      sameBits(a.get(w) ?? w, b.get(w) ?? w);
    }
  }
});

// Over and under other interpretations.

for (const model of tinyModels) {
  test(`${model.family}: record over skipZeros, skipZeros over record, and count between, give the slopes of record alone`, () => {
    const alone = slopesOf(reference, model);
    const machine = count(skipZeros(reference));
    const outside = record(reference);
    const all = [
      slopesOf(skipZeros(reference), model),
      slopesOf(machine, model),
      outside.slopes(losses(skipZeros(outside), model), 1 / T),
      slopesOf(
        compare(reference, reference, () => undefined),
        model,
      ),
    ];
    assert.ok(machine.ledger.size > 0);
    for (const slopes of all)
      for (const w of names(model.weights).keys()) sameBits(slopes.get(w) ?? x, alone.get(w) ?? w);
  });
}

// Refusals.

test("record refuses an operator that returns its argument or an earlier result, whose note would be lost", () => {
  const message = "record: an operator returned a tensor that was there before; expected a fresh one";
  const lazy = record(override(reference, { activate: (x) => x }));
  assert.throws(() => lazy.activate(of([1]), none), { name: "TypeError", message });
  const once = of<"T", "V">([1]);
  const stale = record(override(reference, { softmax: () => once as never }));
  stale.softmax(of([1]));
  assert.throws(() => stale.softmax(of([2])), { name: "TypeError", message });
});

test("slopes refuses a loss that this tape did not record", () => {
  const [here, there] = [record(reference), record(reference)];
  const loss = there.crossEntropy(of([0, 0]), [1]);
  assert.throws(() => here.slopes(loss, 1), {
    name: "TypeError",
    message: "slopes: loss is a tensor from elsewhere; expected one that this tape recorded",
  });
});
