import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import {
  aggregated,
  byChance,
  fired,
  largestWindow,
  union,
  unused,
  unusedInWindow,
} from "../../../reference/measure/aggregated.ts";
import { sparsity, zeros } from "../../../reference/measure/sparsity.ts";
import { stream } from "../../../reference/random.ts";
import { type Matrix, matrix } from "../../../reference/tensor.ts";
import { holds, matrices, of, rows, sizes } from "../../assertions.ts";

/** Four tokens, four neurons: the second token brings one new neuron, the third none, the fourth two. */
const hidden = of<"T", "F">([0.5, 0, 0, 0], [0.1, 2, 0, 0], [0, 3, -0, 0], [0, 0, 1, 1]);
const mask = fired(hidden);

const masks = fc
  .tuple(sizes(9, 1), sizes(7, 1))
  .chain(([T, F]) => matrices<"T", "F">(T, F, fc.constantFrom(0, 0, 1)));
const range = (n: number): readonly number[] => Array.from({ length: n }, (_, i) => i);
const close = (got: number, wanted: number, what = ""): void =>
  assert.ok(Math.abs(got - wanted) < 1e-12, `${what} ${got}; expected ${wanted}`);

test("fired(h) is 1 where h is not 0, of either sign, and for NaN", () => {
  assert.deepEqual(rows(fired(of<"T", "F">([0, -0, 1e-300, -2, Number.NaN]))), [[0, 0, 1, 1, 1]]);
});

test("union(mask) holds the neurons that any token used", () => {
  assert.deepEqual([...union(of<"T", "F">([1, 0, 0], [1, 0, 1])).data], [1, 0, 1]);
});

test("unused(mask) by hand: of four neurons three, two, two and none are left", () => {
  assert.deepEqual(unused(mask), [0.75, 0.5, 0.5, 0]);
});

test("unused(mask) never rises with t, and ends at what the union leaves", () => {
  holds(
    fc.property(masks, (mask) => {
      const curve = unused(mask);
      for (const t of range(curve.length - 1)) assert.ok((curve[t + 1] ?? 2) <= (curve[t] ?? -1));
      const left = [...union(mask).data].filter((used) => used === 0).length;
      close(curve.at(-1) ?? Number.NaN, left / mask.shape[1]);
    }),
  );
});

test("unused(mask) begins with the sparsity of the first token", () => {
  const first = matrix<"T", "F">(1, 4, (_, f) => hidden.get(0, f));
  assert.equal(unused(mask)[0], sparsity(zeros(first, 0)));
});

test("the order of the tokens changes the way, not the end", () => {
  holds(
    fc.property(masks, fc.integer(), (mask, seed) => {
      const order = stream(Math.abs(seed), "order").shuffle(range(mask.shape[0]));
      const other = matrix<"T", "F">(mask.shape[0], mask.shape[1], (t, f) => mask.get(order[t] ?? 0, f));
      assert.equal(unused(other).at(-1), unused(mask).at(-1));
      assert.deepEqual(union(other).data, union(mask).data);
    }),
  );
});

test("aggregated(masks) is the curve of each layer and, at each t, their mean", () => {
  const all = of<"T", "F">([1, 1], [1, 1], [0, 0], [0, 0]); // another F
  assert.deepEqual(aggregated([mask, all]), {
    layers: [
      [0.75, 0.5, 0.5, 0],
      [0, 0, 0, 0],
    ],
    mean: [0.375, 0.25, 0.25, 0],
  });
});

test("aggregated refuses no layer at all, and layers of different T", () => {
  assert.throws(() => aggregated([]), {
    name: "RangeError",
    message: "aggregated: masks is empty; expected [T, F] for each of L layers",
  });
  assert.throws(() => aggregated([mask, of<"T", "F">([1, 1])]), {
    name: "RangeError",
    message: "aggregated: a mask is [1, 2]; expected [T, F], with T that of the first: [4, 2]",
  });
});

test("unusedInWindow(mask, 2) by hand: the three windows leave 2, 2 and 1 of four neurons", () => {
  assert.equal(unusedInWindow(mask, 2), (2 + 2 + 1) / 12);
});

test("unusedInWindow(mask, gamma) is the mean of the last of unused(window) over all windows", () => {
  holds(
    fc.property(masks, (mask) => {
      const [T, F] = mask.shape;
      for (const gamma of range(T).map((t) => t + 1)) {
        const ends = range(T - gamma + 1).map((start) =>
          unused(matrix<"T", "F">(gamma, F, (t, f) => mask.get(start + t, f))).at(-1),
        );
        const mean = ends.reduce<number>((total, end) => total + (end ?? Number.NaN), 0) / ends.length;
        close(unusedInWindow(mask, gamma), mean);
      }
    }),
  );
});

test("unusedInWindow(mask, 1) is the ordinary sparsity, with gamma = T what the union leaves", () => {
  holds(
    fc.property(masks, (mask) => {
      close(unusedInWindow(mask, 1), sparsity(zeros(mask, 0)));
      close(unusedInWindow(mask, mask.shape[0]), unused(mask).at(-1) ?? Number.NaN);
    }),
  );
});

test("unusedInWindow never rises with gamma, so that a largest window exists", () => {
  holds(
    fc.property(masks, (mask) => {
      const curve = range(mask.shape[0]).map((t) => unusedInWindow(mask, t + 1));
      for (const t of range(curve.length - 1))
        assert.ok((curve[t + 1] ?? 2) <= (curve[t] ?? -1) + 1e-12, curve.join(" "));
    }),
  );
});

test("unusedInWindow refuses a gamma that is no window of the tokens", () => {
  for (const gamma of [0, 5, 1.5, Number.NaN]) {
    assert.throws(() => unusedInWindow(mask, gamma), {
      name: "RangeError",
      message: `unusedInWindow: gamma is ${gamma}; expected a whole number from 1 to T = 4, the rows of mask`,
    });
  }
});

test("byChance(sparsities, T) has each layer's powers and their mean, not the power of the mean", () => {
  const { layers, mean } = byChance([0.5, 1], 3);
  assert.deepEqual(layers, [
    [0.5, 0.25, 0.125],
    [1, 1, 1],
  ]);
  assert.deepEqual(mean, [0.75, 0.625, 0.5625]); // the power of the mean would end at 0.421875
});

test("tokens that choose their neurons independently leave s^t unused, within five standard deviations", () => {
  const [T, F, s] = [12, 4000, 0.8];
  const draws = stream(1, "independent");
  const random = matrix<"T", "F">(T, F, () => Number(draws.uniform() >= s));
  const expected = byChance([s], T).mean;
  for (const [t, share] of unused(random).entries()) {
    const p = expected[t] ?? Number.NaN;
    const bound = 5 * Math.sqrt((p * (1 - p)) / F);
    assert.ok(Math.abs(share - p) < bound, `after ${t + 1} tokens ${share}; expected ${p} within ${bound}`);
  }
});

test("tokens that all choose the same neurons leave as many unused as one", () => {
  const same: Matrix<"T", "F"> = matrix(6, 5, (_, f) => Number(f < 2));
  assert.deepEqual(unused(same), [0.6, 0.6, 0.6, 0.6, 0.6, 0.6]);
  close(unusedInWindow(same, 4), 0.6);
});

test("largestWindow(curve, wanted) is the last window that leaves so much, 0 where even one token does not", () => {
  const curve = [0.9, 0.6, 0.5, 0.2];
  const found = [1, 0.9, 0.55, 0.5, 0.2, 0].map((wanted) => largestWindow(curve, wanted));
  assert.deepEqual(found, [0, 1, 2, 3, 4, 4]);
  assert.equal(largestWindow([], 0.5), 0);
});

test("largestWindow refuses a share that is none", () => {
  for (const wanted of [-0.1, 1.1, Number.NaN]) {
    assert.throws(() => largestWindow([1], wanted), {
      name: "RangeError",
      message: `largestWindow: wanted is ${wanted}; expected a share in [0, 1]`,
    });
  }
});
