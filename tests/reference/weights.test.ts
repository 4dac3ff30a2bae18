import assert from "node:assert/strict";
import { test } from "node:test";
import { map, vector } from "../../reference/tensor.ts";
import { mapTensors, names, tensorsIn } from "../../reference/weights.ts";

const [a, b] = [vector(2, (i) => i), vector(1, () => 7)];
const tied = { tokens: a, layers: [{ down: b, note: "not a tensor" }], unembedding: a };

test("names(weights) gives each tensor its path, and a tied tensor both of its paths", () => {
  assert.deepEqual(
    [...names(tied)],
    [
      [a, "tokens = unembedding"],
      [b, "layers.0.down"],
    ],
  );
});

test("names(weights) knows a tensor, not its copy", () => {
  assert.equal(names(tied).get(map(b, (x) => x)), undefined);
});

test("mapTensors(weights, f) asks f once for each tensor, keeps ties and leaves everything else", () => {
  const asked: string[] = [];
  const twice = mapTensors(tied, (tensor, path) => {
    asked.push(path);
    return map(tensor, (x) => 2 * x);
  });
  assert.deepEqual(asked, ["tokens = unembedding", "layers.0.down"]);
  assert.equal(twice.tokens, twice.unembedding);
  assert.deepEqual(
    [twice.tokens.get(1), twice.layers[0]?.down.get(0), twice.layers[0]?.note],
    [2, 14, "not a tensor"],
  );
  assert.equal(a.get(1), 1);
});

test("tensorsIn(value) finds a tensor itself, and those in records, arrays, and the keys and values of maps", () => {
  assert.deepEqual([...tensorsIn(a)], [a]);
  assert.deepEqual([...tensorsIn({ x: [a, { y: new Map([[b, a]]) }], n: 1, none: undefined })], [a, b]);
  assert.equal(tensorsIn("text").size + tensorsIn(undefined).size, 0);
});
