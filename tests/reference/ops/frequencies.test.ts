import assert from "node:assert/strict";
import { test } from "node:test";
import { frequency, stretch } from "../../../reference/ops/frequencies.ts";

const K = 128;
const base = 500000;
const llama3 = { kind: "llama3", factor: 8, lowFactor: 1, highFactor: 4, positions: 8192 } as const;
const pairs = Array.from({ length: K / 2 }, (_, i) => i);

test("without scaling pair i turns by base^(−2i/K)", () => {
  for (const i of pairs) {
    const plain = frequency({ K, base }, i);
    assert.ok(Math.abs(plain / base ** ((-2 * i) / K) - 1) < 1e-14);
    assert.equal(stretch({ K, base }, i), 1);
  }
});

test("linear scaling divides every frequency by its factor: position 4 is where 1 was", () => {
  const scaling = { kind: "linear", factor: 4 } as const;
  for (const i of pairs) assert.equal(4 * frequency({ K, base, scaling }, i), frequency({ K, base }, i));
});

test("Llama 3.1's scaling leaves fast pairs, divides slow ones by 8, and goes evenly between by their turns", () => {
  const found = pairs.map((i) => stretch({ K, base, scaling: llama3 }, i));
  const turns = pairs.map((i) => (8192 * base ** ((-2 * i) / K)) / (2 * Math.PI));
  for (const [i, share] of found.entries()) {
    const turn = turns[i] ?? 0;
    const wanted = turn >= 4 ? 1 : turn <= 1 ? 1 / 8 : 1 / 8 + ((7 / 8) * (turn - 1)) / 3;
    assert.ok(Math.abs(share - wanted) < 1e-12, `pair ${i}`);
  }
  assert.equal(found.filter((share) => share === 1).length, 29); // wavelengths below 2048
  assert.equal(found.filter((share) => share === 1 / 8).length, 29); // and above 8192
});
