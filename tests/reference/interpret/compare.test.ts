import assert from "node:assert/strict";
import { test } from "node:test";
import { compare, type Judge } from "../../../reference/interpret/compare.ts";
import { record } from "../../../reference/interpret/record.ts";
import { skipZeros } from "../../../reference/interpret/skip-zeros.ts";
import { empty } from "../../../reference/models/cache.ts";
import { forward } from "../../../reference/models/model.ts";
import { type Ops, override } from "../../../reference/ops/contract.ts";
import { reference } from "../../../reference/ops/reference.ts";
import { map, type Tensor } from "../../../reference/tensor.ts";
import { of, ofVector, sameBits, sameEverything } from "../../assertions.ts";
import { tinyModels, tokens } from "../models/tiny.ts";

/** What the judge was shown, call by call. */
function sights(): { readonly seen: Parameters<Judge>[]; readonly judge: Judge } {
  const seen: Parameters<Judge>[] = [];
  return { seen, judge: (...sight) => void seen.push(sight) };
}

/** Every operator once, on arguments of its own. */
const calls: Readonly<Record<Exclude<keyof Ops, "scope">, (ops: Ops) => Tensor>> = {
  embed: (ops) => ops.embed([1, 0], of([1, 2], [3, 4])),
  linear: (ops) => ops.linear(of([1, 2]), of([3], [4]), ofVector(5)),
  activeLinear: (ops) => ops.activeLinear(of([0, 2]), of([3], [4]), ofVector(5)),
  gatedLinear: (ops) => ops.gatedLinear(of([1, 2]), of([3, 4]), of([5])),
  activeGatedLinear: (ops) => ops.activeGatedLinear(of([1, 2]), of([3, 4]), of([5])),
  unembed: (ops) => ops.unembed(of([1, 2]), of([3, 4])),
  add: (ops) => ops.add(of([1, 2]), of([3, 4])),
  mul: (ops) => ops.mul(of([1, 2]), of([3, 4])),
  activate: (ops) => ops.activate(of([-1, 2]), { kind: "relu", shift: 0 }),
  softmax: (ops) => ops.softmax(of([1, 2])),
  layerNorm: (ops) => ops.layerNorm(of([1, 3]), ofVector(1, 2), ofVector(3, 4), 0.5),
  rmsNorm: (ops) => ops.rmsNorm(of([1, 3]), ofVector(1, 2), 0.5),
  rotary: (ops) => ops.rotary(of([1, 3]), { K: 2, start: 4, base: 10, pairing: "half-split" }),
  append: (ops) => ops.append(of([1]), of([2])),
  attend: (ops) => ops.attend(of([1]), of([1], [2]), of([3], [4]), 1),
  crossEntropy: (ops) => ops.crossEntropy(of([1, 2]), [0]),
};

/** `ops`, whose every result of that operator is one too large. */
const wrong = (ops: Ops, operator: keyof typeof calls): Ops => {
  const right = ops[operator] as (...args: unknown[]) => Tensor;
  return override(ops, { [operator]: (...args: unknown[]) => map(right(...args), (value) => value + 1) });
};

for (const [operator, call] of Object.entries(calls) as readonly [
  keyof typeof calls,
  (ops: Ops) => Tensor,
][]) {
  test(`compare(a, b, judge) shows ${operator} once: what a made, what b would have made of the same arguments`, () => {
    const { seen, judge } = sights();
    const result = call(compare(reference, wrong(reference, operator), judge));
    sameBits(result, call(reference));
    assert.equal(seen.length, 1);
    const [[name, wanted, got, args]] = seen as [Parameters<Judge>];
    assert.equal(name, operator);
    assert.equal(wanted, result, "what a made is what goes on");
    sameBits(
      got,
      map(result, (value) => value + 1),
    );
    const again = reference[operator] as (...args: readonly unknown[]) => Tensor;
    sameBits(again(...args), result, "the arguments are those of the call");
  });
}

for (const model of tinyModels) {
  test(`${model.family}: compare of two that agree gives the run of the first, and equal bits to the judge`, () => {
    let calls = 0;
    const judge: Judge = (operator, wanted, got) => {
      calls++;
      sameBits(got, wanted, operator);
    };
    const both = compare(reference, skipZeros(reference), judge);
    sameEverything(forward(both, model, tokens, empty), forward(reference, model, tokens, empty));
    assert.ok(calls > 20, `${calls} calls`);
  });

  test(`${model.family}: compare names the operator that is wrong and no other, since no error is handed on`, () => {
    for (const operator of ["activate", "attend", "linear"] as const) {
      const named = new Set<string>();
      const judge: Judge = (name, wanted, got) => {
        if (wanted.data.some((value, i) => !Object.is(value, got.data[i]))) named.add(name);
      };
      forward(compare(reference, wrong(reference, operator), judge), model, tokens, empty);
      assert.deepEqual([...named], [operator]);
    }
  });
}

test("compare hands on what a judge throws: the run ends where the two first differ", () => {
  const judge: Judge = (operator) => {
    throw new Error(`${operator} differs`);
  };
  assert.throws(() => calls.softmax(compare(reference, reference, judge)), { message: "softmax differs" });
});

test("compare runs a scope's body once, inside a scope of each", () => {
  const opened: string[] = [];
  const scoped = (name: string): Ops =>
    override(reference, {
      scope(body) {
        opened.push(name);
        return body();
      },
    });
  const result = compare(scoped("a"), scoped("b"), () => undefined).scope(() => {
    opened.push("body");
    return 7;
  });
  assert.deepEqual([result, opened], [7, ["a", "b", "body"]]);
});

test("compare keeps the gradients of its first, so that a tape may be laid over it", () => {
  const { seen, judge } = sights();
  const tape = record(compare(reference, reference, judge));
  const z = of<"T", "V">([0, 0]);
  sameBits(tape.slopes(tape.crossEntropy(z, [0]), 2).get(z) ?? of(), of([-1, 1]));
  assert.deepEqual(
    seen.map(([operator]) => operator),
    ["crossEntropy"],
  );
});
