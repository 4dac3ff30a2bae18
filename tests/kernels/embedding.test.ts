// Rows of a table, looked up and added to, and the cut of a cache's slope.
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { kernels } from "../../kernels/index.node.ts";
import * as face from "../../kernels/ops/embedding.ts";
import * as reference from "../../reference/ops/embedding.ts";
import { matrixOf } from "../../reference/tensor.ts";
import { holds, of, rows, sizes } from "../assertions.ts";
import { any, floats, matrices, placings, rounded, shared, within } from "./float32.ts";
import { judged } from "./judged.ts";
import { bits } from "./raw.ts";

const { machine } = await kernels({ mebibytes: 32 });
const embed = face.embed(machine);
const embedGradient = face.embedGradient(machine);
const appendGradient = face.appendGradient(machine);

const ids = (T: number, V: number): fc.Arbitrary<number[]> =>
  fc.array(fc.nat(V - 1), { minLength: T, maxLength: T });
const cases = fc
  .tuple(sizes(20), sizes(9, 1), sizes(9))
  .chain(([T, V, D]) => fc.tuple(ids(T, V), matrices<"V", "D">(V, D, any), matrices<"T", "D">(T, D)));

test("embed(tokens, table) copies rows", () => {
  const table = of<"V", "D">([1, 2], [3, 4], [5, 6]);
  assert.deepEqual(rows(embed([2, 0, 2], table)), [
    [5, 6],
    [1, 2],
    [5, 6],
  ]);
  holds(
    fc.property(cases, ([tokens, table]) =>
      within(embed(tokens, table), rounded(reference.embed(tokens, table)), () => 0),
    ),
  );
});

test("embedGradient(dx, tokens, table) adds up the slopes of a token in ascending t, to the bit; 0 where it did not occur", () => {
  holds(
    fc.property(cases, ([tokens, table, dx]) => {
      const [V, D] = table.shape;
      const wanted = new Float32Array(V * D);
      for (const [t, v] of tokens.entries())
        for (let d = 0; d < D; d++) wanted[v * D + d] = (wanted[v * D + d] ?? 0) + dx.get(t, d);
      const [got] = embedGradient(dx, tokens, table);
      assert.deepEqual(bits(rounded(got)), bits(wanted));
    }),
  );
});

test("embedGradient(dx, tokens, table) is within its roundings of the truth", () => {
  holds(
    fc.property(cases, ([tokens, table, dx]) =>
      judged("embed.gradient", { dx, tokens, table }, embedGradient(dx, tokens, table)),
    ),
    40,
  );
});

test("the embed kernels: no share of the rows and no place moves a bit", () => {
  const raws = fc
    .tuple(sizes(20), sizes(9, 1), sizes(9))
    .chain(([T, V, D]) =>
      fc.tuple(
        ids(T, V),
        floats(V * D, any),
        floats(T * D, any),
        placings(T),
        placings(V),
        fc.constant([T, V, D] as const),
      ),
    );
  holds(
    fc.property(raws, ([tokens, table, dx, byToken, byRow, [T, V, D]]) => {
      const chosen = Int32Array.from(tokens);
      const forwards = ([a = 0, b = 0]: readonly number[], [x = 0]: readonly number[]) => [a, b, x, D];
      shared(
        { kernel: "embed", inputs: [chosen, table], outputs: [T * D], args: forwards, items: T },
        byToken,
      );
      const args = ([a = 0, b = 0]: readonly number[], [c = 0]: readonly number[]) => [a, b, c, T, D];
      shared({ kernel: "embedGradient", inputs: [dx, chosen], outputs: [V * D], args, items: V }, byRow);
    }),
    40,
  );
});

test("appendGradient(dy, past, next) cuts dy where past ended, and leaves out a past that is not there", () => {
  const dy = of<"S", "N·K">([1, 2], [3, 4], [5, 6]);
  const [past, next] = [of<"S", "N·K">([0, 0]), of<"T", "N·K">([0, 0], [0, 0])];
  const [dpast, dnext] = appendGradient(dy, past, next);
  assert.deepEqual(
    [dpast && rows(dpast), rows(dnext)],
    [
      [[1, 2]],
      [
        [3, 4],
        [5, 6],
      ],
    ],
  );
  const [none, all] = appendGradient(of<"S", "N·K">([3, 4], [5, 6]), undefined, next);
  assert.equal(none, undefined);
  assert.deepEqual(rows(all), rows(dnext));
});

test("embed, embedGradient and appendGradient refuse what does not fit, in the reference's words", () => {
  const table = of<"V", "D">([1, 2]);
  const refusals: readonly (readonly [() => unknown, string])[] = [
    [
      () => embed([1], table),
      "embed: token is 1; expected an integer from 0 to 0, with V = 1 the rows of table",
    ],
    [
      () => embedGradient(of<"T", "D">([1, 2]), [-1], table),
      "embed: token is -1; expected an integer from 0 to 0, with V = 1 the rows of table",
    ],
    [
      () => embedGradient(of<"T", "D">([1]), [0], table),
      "embedGradient: dx is [1, 1]; expected [T, D], T tokens and the columns of table: [1, 2]",
    ],
    [
      () => appendGradient(of<"S", "N·K">([1]), undefined, matrixOf<"T", "N·K">(new Float32Array(2), 1, 2)),
      "appendGradient: dy is [1, 1]; expected [S, H], the rows of past and of next: [1, 2]",
    ],
  ];
  for (const [refused, message] of refusals) assert.throws(refused, { name: "RangeError", message });
});
