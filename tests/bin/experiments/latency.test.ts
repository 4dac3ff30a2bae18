// Times are nobody's to repeat; the shape of the document and the two ratios beside them are.
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  type LatencyResult,
  latencies,
  PARTS,
  SIZES,
  SPARSITIES,
  workOf,
} from "../../../bin/experiments/latency.ts";
import { result } from "../../../bin/figures/figure.ts";
import { interleaved, spread } from "../../../bin/interleaved.ts";
import { count } from "../../../reference/interpret/count.ts";
import { skipZeros } from "../../../reference/interpret/skip-zeros.ts";
import { reference } from "../../../reference/ops/reference.ts";
import { matrix } from "../../../reference/tensor.ts";

const six = (value: number): number => Number(value.toPrecision(6));

/** Checks everything but the times, of which only that they are times. */
function sound(
  { sizes }: LatencyResult,
  shapes: readonly (readonly number[])[],
  sparsities: readonly number[],
): void {
  assert.deepEqual(
    sizes.map(({ D, F }) => [D, F]),
    shapes,
  );
  for (const { D, F, rows } of sizes) {
    assert.deepEqual(
      rows.map(({ part, sparsity }) => [part, sparsity]),
      PARTS.flatMap((part) => sparsities.map((sparsity) => [part, sparsity])),
    );
    for (const { part, sparsity, firing, flopRatio, byteRatio, timeRatio, milliseconds } of rows) {
      const [done, dense] = [workOf(part, D, F, firing), workOf(part, D, F, F)];
      assert.equal(firing, Math.round((1 - sparsity) * F));
      assert.equal(six(flopRatio), six(done.multiplyAdds / dense.multiplyAdds));
      assert.equal(six(byteRatio), six(done.bytes / dense.bytes));
      const { low, median, high, values } = timeRatio;
      assert.ok(0 < low && low <= median && median <= high && values >= 5, `${JSON.stringify(timeRatio)}`);
      assert.ok(milliseconds.dense > 0 && milliseconds.sparse > 0);
    }
  }
}

test("the committed latencies have every size and sparsity, and the ratios that the sizes give", () => {
  const committed = result<LatencyResult>("latency");
  assert.match(committed.timings, /come out differently each time/);
  sound(committed, SIZES, SPARSITIES);
});

test("latencies(…) of a small layer has the same shape", async () => {
  const say = () => undefined;
  sound(await latencies({ say }, [[8, 32]], [0, 0.5, 0.9], 0.01), [[8, 32]], [0, 0.5, 0.9]);
});

test("workOf(part, D, F, firing) has the multiply-adds and the weights that a ledger counts", () => {
  const [D, F, firing] = [6, 10, 3];
  const h = matrix<"T", "F">(1, F, (_, f) => Number(f < firing));
  const [up, down] = [matrix<"D", "F">(D, F, () => 1), matrix<"F", "D">(F, D, () => 1)];
  const ops = count(reference);
  skipZeros(ops).linear(h, down);
  ops.linear(
    matrix<"T", "D">(1, D, () => 1),
    up,
  );
  const [ofUp, ofDown] = [ops.ledger.get(up), ops.ledger.get(down)];
  const part = workOf("down", D, F, firing);
  assert.equal(part.multiplyAdds, ofDown?.multiplyAdds);
  assert.equal(part.bytes, 4 * ((ofDown?.weightsRead ?? 0) + F + D));
  const layer = workOf("layer", D, F, firing);
  assert.equal(layer.multiplyAdds, (ofUp?.multiplyAdds ?? 0) + (ofDown?.multiplyAdds ?? 0));
  assert.equal(layer.bytes, part.bytes + 4 * ((ofUp?.weightsRead ?? 0) + D + F));
});

test("interleaved(contestants, seconds) gives each as many times, five at least, and calls them in turns", () => {
  const calls: string[] = [];
  const { a, b } = interleaved({ a: () => calls.push("a"), b: () => calls.push("b") }, 0);
  assert.deepEqual([a.length, b.length], [5, 5]);
  assert.ok([...a, ...b].every((time) => time > 0));
  assert.ok(calls.join("").replace(/(.)\1+/g, "$1").length >= 7, "they take turns");
});

test("spread(values) is the median and the quarters around it", () => {
  assert.deepEqual(spread([5, 1, 4, 2, 3]), { median: 3, low: 2, high: 4, values: 5 });
});
