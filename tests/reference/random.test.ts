import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { hash, philox, stream, type Words } from "../../reference/random.ts";

interface Known {
  readonly philox: readonly { readonly counter: string; readonly key: string; readonly words: string }[];
  readonly fnv: readonly { readonly text: string; readonly hash: string }[];
}

const vectors = (name: string) =>
  JSON.parse(readFileSync(new URL(`../../fixtures/random/${name}.json`, import.meta.url), "utf8")).vectors;
const known: Known = { philox: vectors("philox4x32-10"), fnv: vectors("fnv1a-64") };

const numbers = (hex: string): number[] => hex.split(" ").map((word) => Number.parseInt(word, 16));
const times = <X>(count: number, draw: () => X): X[] => Array.from({ length: count }, draw);

test("philox(counter, key) gives the known answers of Random123", () => {
  for (const { counter, key, words } of known.philox) {
    const [left = Number.NaN, right = Number.NaN] = numbers(key);
    const [a = Number.NaN, b = Number.NaN, c = Number.NaN, d = Number.NaN] = numbers(counter);
    const got: Words = philox([a, b, c, d], [left, right]);
    assert.deepEqual([...got], numbers(words), `counter ${counter}, key ${key}`);
  }
});

test("hash(text) gives the known answers of FNV-1a, and reads text as UTF-8", () => {
  for (const { text, hash: wanted } of known.fnv) {
    const [low, high] = hash(text);
    assert.equal((BigInt(high) << 32n) | BigInt(low), BigInt(`0x${wanted}`), text);
  }
  assert.notDeepEqual(hash("é"), hash("e"));
});

test("stream(seed, name) draws Philox at counter (position, hash of the name) under the key seed", () => {
  const seed = 5 * 2 ** 32 + 7;
  const [low, high] = hash("weights");
  const [a, b] = philox([3, 1, low, high], [7, 5]);
  assert.equal(stream(seed, "weights", 2 ** 32 + 3).uniform(), ((b >>> 11) * 2 ** 32 + a) / 2 ** 53);
});

test("stream(seed, name) gives the same draws each time, and others for another seed or name", () => {
  const draws = (seed: number, name: string): number[] => times(20, stream(seed, name).uniform);
  assert.deepEqual(draws(1, "a"), draws(1, "a"));
  for (const other of [draws(2, "a"), draws(1, "b"), draws(1 + 2 ** 32, "a")])
    assert.equal(other.filter((x) => draws(1, "a").includes(x)).length, 0);
});

test("stream(seed, name) is not disturbed by draws from another stream", () => {
  const [alone, among, other] = [stream(3, "alone"), stream(3, "alone"), stream(3, "other")];
  const wanted = times(5, alone.normal);
  const got = times(5, () => {
    other.integer(10);
    return among.normal();
  });
  assert.deepEqual(got, wanted);
});

test("position counts the draws, and at(position) goes on from there with the same draws", () => {
  const s = stream(11, "resume");
  times(3, s.uniform);
  s.normal();
  s.integer(6);
  assert.equal(s.position, 5);
  const resumed = stream(11, "resume", s.position);
  const elsewhere = s.at(s.position);
  const wanted = [s.uniform(), s.normal(), s.integer(100), ...s.shuffle([1, 2, 3, 4])];
  for (const t of [resumed, elsewhere])
    assert.deepEqual([t.uniform(), t.normal(), t.integer(100), ...t.shuffle([1, 2, 3, 4])], wanted);
  assert.equal(s.at(0).position, 0);
});

test("uniform() stays in [0, 1), in steps of 2^-53, with mean ½ and variance 1/12", () => {
  const n = 20000;
  const draws = times(n, stream(1, "uniform").uniform);
  assert.ok(draws.every((x) => x >= 0 && x < 1 && Number.isInteger(x * 2 ** 53)));
  assert.ok(
    draws.some((x) => !Number.isInteger(x * 2 ** 52)),
    "the last of the 53 bits is used",
  );
  const mean = draws.reduce((a, b) => a + b) / n;
  const variance = draws.reduce((a, b) => a + (b - mean) ** 2, 0) / n;
  // four standard errors: of the mean √(1/12n), of the variance √(1/180n)
  assert.ok(Math.abs(mean - 1 / 2) < 4 * Math.sqrt(1 / 12 / n), `mean ${mean}`);
  assert.ok(Math.abs(variance - 1 / 12) < 4 * Math.sqrt(1 / 180 / n), `variance ${variance}`);
});

test("normal() has the moments of the normal distribution, and the weight of its tails", () => {
  const n = 20000;
  const draws = times(n, stream(1, "normal").normal);
  const moment = (k: number): number => draws.reduce((sum, x) => sum + x ** k, 0) / n;
  // E x^k = 0, 1, 0, 3, with variances 1, 2, 15, 96: four standard errors each
  for (const [k, wanted, variance] of [
    [1, 0, 1],
    [2, 1, 2],
    [3, 0, 15],
    [4, 3, 96],
  ] as const)
    assert.ok(Math.abs(moment(k) - wanted) < 4 * Math.sqrt(variance / n), `moment ${k} is ${moment(k)}`);
  const outside = draws.filter((x) => Math.abs(x) > 1.959963984540054).length / n;
  assert.ok(Math.abs(outside - 0.05) < 4 * Math.sqrt((0.05 * 0.95) / n), `outside 1.96: ${outside}`);
});

test("integer(n) gives each whole number below n its share, and 0 alone for n = 1", () => {
  const n = 30000;
  const counts = new Array<number>(6).fill(0);
  const s = stream(2, "dice");
  for (let i = 0; i < n; i++) {
    const face = s.integer(6);
    counts[face] = (counts[face] ?? Number.NaN) + 1;
  }
  // chi-square with 5 degrees of freedom exceeds 20.5 once in a thousand
  const chiSquare = counts.reduce((sum, count) => sum + (count - n / 6) ** 2 / (n / 6), 0);
  assert.ok(chiSquare < 20.5, `chi-square ${chiSquare} of ${counts}`);
  assert.equal(s.integer(1), 0);
});

test("integer(n) draws again above the last multiple of n, and takes n up to 2^53", () => {
  const s = stream(3, "large");
  const n = 2 ** 52 + 1; // only one multiple of n fits, so nearly half of the draws are drawn again
  const draws = times(200, () => s.integer(n));
  assert.ok(draws.every((x) => Number.isSafeInteger(x) && x >= 0 && x < n));
  assert.ok(s.position > 300 && s.position < 500, `position ${s.position}`);
  assert.ok(s.integer(2 ** 53) < 2 ** 53);
});

test("integer(n) refuses what is no whole number from 1 to 2^53", () => {
  for (const n of [0, -1, 1.5, 2 ** 54, Number.NaN, Infinity])
    assert.throws(() => stream(1, "a").integer(n), {
      name: "RangeError",
      message: `integer: n is ${n}; expected a whole number, 1 ≤ n ≤ 2^53`,
    });
});

test("shuffle(items) returns the same items in a fresh array, each of the orders alike", () => {
  const s = stream(4, "shuffle");
  const items = ["a", "b", "c"] as const;
  const counts = new Map<string, number>();
  const n = 6000;
  for (let i = 0; i < n; i++) {
    const order = s.shuffle(items).join("");
    counts.set(order, (counts.get(order) ?? 0) + 1);
  }
  assert.deepEqual([...counts.keys()].sort(), ["abc", "acb", "bac", "bca", "cab", "cba"]);
  const chiSquare = [...counts.values()].reduce((sum, count) => sum + (count - n / 6) ** 2 / (n / 6), 0);
  assert.ok(chiSquare < 20.5, `chi-square ${chiSquare}`);
  assert.deepEqual(items, ["a", "b", "c"]);
  assert.deepEqual(s.shuffle([]), []);
  assert.deepEqual(s.shuffle([1]), [1]);
});

test("stream(seed, name) refuses a seed or a position that is no whole number below 2^53", () => {
  for (const bad of [-1, 0.5, 2 ** 53, Number.NaN]) {
    assert.throws(() => stream(bad, "a"), {
      name: "RangeError",
      message: `stream: seed is ${bad}; expected a whole number in [0, 2^53)`,
    });
    assert.throws(() => stream(1, "a").at(bad), {
      name: "RangeError",
      message: `stream: position is ${bad}; expected a whole number in [0, 2^53)`,
    });
  }
});
