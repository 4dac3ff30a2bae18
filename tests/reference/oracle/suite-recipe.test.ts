import assert from "node:assert/strict";
import { test } from "node:test";
import { recipeCases } from "../../../reference/oracle/cases/recipe.ts";
import { FORMATS, roundedTo } from "../../../reference/oracle/float-formats.ts";
import {
  madeInput,
  madeNumbers,
  type Recipe,
  recipeOf,
  streamOf,
} from "../../../reference/oracle/suite-recipe.ts";
import { hash } from "../../../reference/random.ts";
import { RECIPE } from "./suite-cases.ts";

const WORD = 0xffffffffn;

/** Philox 4x32-10 once more, from the paper's definition and in whole numbers of any size. */
function philox(counter: readonly bigint[], key: readonly bigint[]): readonly bigint[] {
  let [a = 0n, b = 0n, c = 0n, d = 0n] = counter;
  let [k = 0n, l = 0n] = key;
  for (let round = 0; round < 10; round++) {
    const [p, q] = [0xd2511f53n * a, 0xcd9e8d57n * c];
    [a, b, c, d] = [(q >> 32n) ^ b ^ k, q & WORD, (p >> 32n) ^ d ^ l, p & WORD];
    [k, l] = [(k + 0x9e3779b9n) & WORD, (l + 0xbb67ae85n) & WORD];
  }
  return [a, b, c, d];
}

/** An element by the words of the docstring. */
function element({ key, stream, bits, exponent, alive = 128 }: Recipe, i: number): number {
  const counter = [BigInt(i >> 2), 0n, ...stream.map(BigInt)];
  const word = philox(counter, key.map(BigInt))[i % 4] ?? 0n;
  if ((word & 127n) >= BigInt(alive)) return 0;
  return Number(BigInt.asIntN(32, word) >> BigInt(31 - bits)) * 2 ** exponent;
}

test("philox of the tests gives the answers that its authors published", () => {
  const counter = [0x243f6a88n, 0x85a308d3n, 0x13198a2en, 0x03707344n];
  const words = philox(counter, [0xa4093822n, 0x299f31d0n]);
  assert.deepEqual(words, [0xd16cfe09n, 0x94fdccebn, 0x5001e420n, 0x24126ea1n]);
});

test("madeNumbers(recipe, count) are what the recipe's words say, element by element", () => {
  for (const recipe of [RECIPE, { ...RECIPE, bits: 24, exponent: -24 }, { ...RECIPE, bits: 11, alive: 128 }])
    for (const count of [0, 1, 4, 103]) {
      const wanted = Array.from({ length: count }, (_, i) => element(recipe, i));
      assert.deepEqual([...madeNumbers(recipe, count)], wanted);
    }
});

test("madeInput(shape, recipe) has all its numbers, the same each time, and the recipe", () => {
  const input = madeInput([3, 5], RECIPE);
  assert.equal(input.numbers.length, 15);
  assert.deepEqual([...input.numbers], [...madeNumbers(RECIPE, 15)]);
  assert.equal(recipeOf(input), RECIPE);
  assert.equal(recipeOf({ shape: [0], numbers: new Float64Array() }), undefined);
});

test("recipeCases() are exact in their type, each tensor from a stream of its own", () => {
  const streams = new Set<string>();
  let tensors = 0;
  for (const { id, dtype, inputs } of recipeCases())
    for (const [name, input] of Object.entries(inputs)) {
      const recipe = recipeOf(input) ?? assert.fail();
      assert.deepEqual(recipe.stream, streamOf(`${id}/in.${name}`));
      assert.equal(recipe.bits, FORMATS[dtype].precision);
      const numbers = madeNumbers(recipe, 4096);
      for (const x of numbers) assert.equal(roundedTo(FORMATS[dtype], x), x);
      const reach = 2 ** (recipe.bits + recipe.exponent);
      assert.ok(numbers.every((x) => Math.abs(x) <= reach) && numbers.some((x) => Math.abs(x) > 0.9 * reach));
      streams.add(recipe.stream.join());
      tensors += 1;
    }
  assert.equal(streams.size, tensors);
  assert.deepEqual(streamOf("a"), hash("a"));
});

test("of the neurons of the recipes' layers, 5 to 10 of 100 fire", () => {
  const layers = recipeCases().filter(({ op }) => op.endsWith("eedForward"));
  assert.ok(layers.length > 0);
  for (const { id, inputs, attributes } of layers) {
    const first = recipeOf(inputs["gate"] ?? inputs["up"] ?? assert.fail()) ?? assert.fail();
    const bias = recipeOf(inputs["gateBias"] ?? inputs["upBias"] ?? assert.fail()) ?? assert.fail();
    const x = recipeOf(inputs["x"] ?? assert.fail()) ?? assert.fail();
    const D = inputs["x"]?.shape[1] ?? 0;
    const { shift } = attributes["f"] as { readonly shift: number };
    const neurons = 1000; // of a layer of as many, in rows instead of columns: only chance matters
    const [token, weights, biases] = [
      madeNumbers(x, D),
      madeNumbers(first, D * neurons),
      madeNumbers(bias, neurons),
    ];
    let firing = 0;
    for (let f = 0; f < neurons; f++) {
      let z = biases[f] ?? 0;
      for (let d = 0; d < D; d++) z += (token[d] ?? 0) * (weights[f * D + d] ?? 0);
      if (z > shift) firing += 1;
    }
    const share = firing / neurons;
    assert.ok(share > 0.05 && share < 0.1, `${id}: ${share}`);
  }
});
