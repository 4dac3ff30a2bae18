import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { append, embed, unembed } from "../../../reference/ops/embedding.ts";
import { linear } from "../../../reference/ops/linear.ts";
import { matrix } from "../../../reference/tensor.ts";
import { holds, matrices, of, rows, sameBits } from "../../assertions.ts";

const table = of<"V", "D">([1, 2], [3, 4], [5, 6]);

test("embed(tokens, table) gives the row of each token", () => {
  assert.deepEqual(rows(embed([2, 0, 2], table)), [
    [5, 6],
    [1, 2],
    [5, 6],
  ]);
  assert.deepEqual(embed([], table).shape, [0, 2]);
});

test("embed(tokens, table) copies: the table keeps its own numbers", () => {
  const x = embed([1], table);
  x.data[0] = 9;
  assert.equal(table.get(1, 0), 3);
});

test("embed(tokens, table) refuses an id that is no row of the table", () => {
  for (const id of [3, -1, 1.5, Number.NaN]) {
    assert.throws(() => embed([0, id], table), {
      name: "RangeError",
      message: `embed: token is ${id}; expected an integer from 0 to 2, with V = 3 the rows of table`,
    });
  }
});

test("unembed(x, table) is x · tableᵀ, worked by hand", () => {
  assert.deepEqual(rows(unembed(of<"T", "D">([1, 10]), table)), [[21, 43, 65]]);
});

test("unembed(x, table) gives the bits of linear with the table transposed", () => {
  holds(
    fc.property(matrices<"T", "D">(2, 3), matrices<"V", "D">(4, 3), (x, table) => {
      sameBits(
        unembed(x, table),
        linear(
          x,
          matrix<"D", "V">(3, 4, (d, v) => table.get(v, d)),
        ),
      );
    }),
  );
});

test("unembed(x, table) refuses a table of another width", () => {
  assert.throws(() => unembed(of<"T", "D">([1, 2, 3]), table), {
    name: "RangeError",
    message: "unembed: table is [3, 2]; expected [V, D], with D the columns of x: [3, 3]",
  });
});

test("append(past, next) puts the new rows last and leaves past as it was", () => {
  const past = of<"S", "H">([1, 2]);
  assert.deepEqual(rows(append(past, of<"T", "H">([3, 4]))), [
    [1, 2],
    [3, 4],
  ]);
  assert.deepEqual(rows(past), [[1, 2]]);
});

test("append(nothing, next) is a fresh copy of next", () => {
  const next = of<"T", "H">([3, 4]);
  const first = append(undefined, next);
  assert.notEqual(first, next);
  sameBits(first, next);
});

test("append(past, next) refuses rows of another width", () => {
  assert.throws(() => append(of<"S", "H">([1, 2]), of<"T", "H">([3])), {
    name: "RangeError",
    message: "append: next is [1, 1]; expected [T, H], with H the columns of past: [1, 2]",
  });
});
