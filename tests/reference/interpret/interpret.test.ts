import assert from "node:assert/strict";
import { test } from "node:test";
import { count } from "../../../reference/interpret/count.ts";
import { observe } from "../../../reference/interpret/observe.ts";
import { skipZeros } from "../../../reference/interpret/skip-zeros.ts";
import { empty } from "../../../reference/models/cache.ts";
import { forward, type Model } from "../../../reference/models/model.ts";
import { type Ops, override } from "../../../reference/ops/contract.ts";
import { reference } from "../../../reference/ops/reference.ts";
import type { Tensor } from "../../../reference/tensor.ts";
import { names } from "../../../reference/weights.ts";
import { of, rows, sameEverything } from "../../assertions.ts";
import { tinyModels, tokens } from "../models/tiny.ts";

const x = of<"T", "I">([1, 0, -2], [0, 0, 3]);
const w = of<"I", "O">([1, 2], [10, 20], [100, 200]);
const gate = of<"T", "F">([0, 5], [0, 0]);
const up = of<"F", "D">([1, 1, 1], [2, 2, 2]);
const run = (ops: Ops, model: Model) => forward(ops, model, tokens, empty);

test("skipZeros(ops) asks for the active form of each product, and for the rest as before", () => {
  const asked: string[] = [];
  const told =
    <A extends readonly unknown[], R>(name: string, f: (...args: A) => R) =>
    (...args: A): R => {
      asked.push(name);
      return f(...args);
    };
  const named = override(reference, {
    linear: told("linear", reference.linear) as Ops["linear"],
    activeLinear: told("activeLinear", reference.activeLinear) as Ops["activeLinear"],
    activeGatedLinear: told("activeGatedLinear", reference.activeGatedLinear) as Ops["activeGatedLinear"],
    unembed: told("unembed", reference.unembed) as Ops["unembed"],
  });
  const sparse = skipZeros(named);
  sparse.linear(x, w);
  sparse.gatedLinear(of<"T", "D">([1, 2, 3], [4, 5, 6]), up, gate);
  sparse.unembed(of<"T", "D">([1, 2, 3]), of<"V", "D">([1, 1, 1]));
  assert.deepEqual(asked, ["activeLinear", "activeGatedLinear", "unembed"]);
});

test("count(ops) of a dense product counts T · I · O multiply-adds and each weight once", () => {
  const ops = count(reference);
  assert.deepEqual(rows(ops.linear(x, w)), rows(reference.linear(x, w)));
  assert.deepEqual(ops.ledger.get(w), { multiplyAdds: 2 * 3 * 2, weightsRead: 3 * 2 });
});

test("count(ops) of an active product counts O for each non-zero, and a row asked for by two positions once", () => {
  const ops = count(reference);
  ops.activeLinear(x, w);
  assert.deepEqual(ops.ledger.get(w), { multiplyAdds: 3 * 2, weightsRead: 2 * 2 }); // rows 0 and 2, row 2 twice
});

test("count(ops) of an active gated product counts D for each open gate", () => {
  const ops = count(reference);
  ops.activeGatedLinear(of<"T", "D">([1, 2, 3], [4, 5, 6]), up, gate);
  assert.deepEqual(ops.ledger.get(up), { multiplyAdds: 3, weightsRead: 3 });
});

test("count(ops) adds up over calls, and two counters do not meet", () => {
  const [a, b] = [count(reference), count(reference)];
  a.linear(x, w);
  a.linear(x, w);
  assert.deepEqual(a.ledger.get(w), { multiplyAdds: 24, weightsRead: 12 });
  assert.equal(b.ledger.size, 0);
});

test("observe(ops, look) shows each projection's input, weights and result, once", () => {
  const seen: (readonly [Tensor, Tensor, Tensor])[] = [];
  const ops = observe(reference, (...sight) => seen.push(sight));
  const y = ops.linear(x, w);
  ops.add(x, x);
  assert.deepEqual(seen, [[x, w, y]]);
});

for (const model of tinyModels) {
  const { family, weights } = model;
  const dense = run(reference, model);

  test(`${family}: skipZeros, count and observe in any order give the bits of the reference`, () => {
    const look = () => undefined;
    for (const ops of [
      skipZeros(count(reference)),
      count(skipZeros(reference)),
      observe(skipZeros(count(reference)), look),
      skipZeros(observe(count(skipZeros(reference)), look)),
    ]) {
      sameEverything(run(ops, model), dense);
    }
  });

  test(`${family}: skipZeros(count(…)) counts the work done, count(skipZeros(…)) the work asked for`, () => {
    const [plain, done] = [count(reference), count(reference)];
    const asked = count(skipZeros(reference));
    for (const ops of [plain, skipZeros(done), asked]) run(ops, model);
    for (const [tensor, path] of names(weights)) {
      const [a, b, c] = [plain, done, asked].map(({ ledger }) => ledger.get(tensor)?.multiplyAdds);
      if (a === undefined || b === undefined) continue;
      assert.equal(c, a, path);
      const sparse = /query|key|value|gate|up|down/.test(path);
      assert.ok(sparse ? b < a : b === a, `${path}: ${b} of ${a}`); // the attention output and the head stay dense
    }
  });

  test(`${family}: observe sees the same projections, by name, wherever it stands`, () => {
    const path = names(weights);
    const sights = (wrap: (look: (x: Tensor, w: Tensor) => void) => Ops) => {
      const seen: (string | undefined)[] = [];
      run(
        wrap((_, w) => seen.push(path.get(w))),
        model,
      );
      return seen;
    };
    const outside = sights((look) => observe(skipZeros(reference), look));
    assert.deepEqual(
      sights((look) => skipZeros(observe(reference, look))),
      outside,
    );
    assert.ok(outside.every((name) => name !== undefined));
  });
}
