import assert from "node:assert/strict";
import { test } from "node:test";
import { positionsOf, scalingJson } from "../../../reference/formats/hugging-face-rotary.ts";
import { JsonField } from "../../../reference/formats/json-field.ts";

const said = (config: object) =>
  positionsOf(new JsonField("config.json", "", { max_position_embeddings: 64, ...config }));
const llama3 = { rope_type: "llama3", factor: 8, low_freq_factor: 1, high_freq_factor: 4 };
const read = { kind: "llama3", factor: 8, lowFactor: 1, highFactor: 4, positions: 16 };

test("the base is 10000 until rope_theta says otherwise, beside the scaling or, before that, within it", () => {
  assert.deepEqual(said({}), { base: 10000 });
  assert.deepEqual(said({ rope_theta: 7 }), { base: 7 });
  assert.deepEqual(said({ rope_theta: 7, rope_parameters: { rope_theta: 9 } }), { base: 9 });
  const scaling = { kind: "linear", factor: 2 };
  const linear = { type: "linear", factor: 2 };
  assert.deepEqual(said({ rope_theta: 7, rope_scaling: linear }), { base: 7, scaling });
  assert.deepEqual(said({ rope_theta: 7, rope_scaling: { ...linear, rope_theta: 9 } }), { base: 9, scaling });
});

test("a rope_scaling that says anything stands for all of rope_parameters; an empty one for nothing", () => {
  const rope_parameters = { rope_type: "linear", factor: 4, rope_theta: 500 };
  assert.deepEqual(said({ rope_parameters, rope_scaling: { rope_type: "default" } }), { base: 10000 });
  assert.deepEqual(said({ rope_parameters, rope_scaling: {} }), {
    ...{ base: 500, scaling: { kind: "linear", factor: 4 } },
  });
});

test("llama3's context is original_max_position_embeddings: of the model, else of the scaling, else the longest", () => {
  const own = { ...llama3, original_max_position_embeddings: 16 };
  assert.deepEqual(said({ rope_scaling: own }).scaling, read);
  assert.deepEqual(said({ rope_parameters: own }).scaling, read);
  assert.deepEqual(said({ rope_scaling: llama3 }).scaling, { ...read, positions: 64 });
  const both = said({ rope_scaling: own, original_max_position_embeddings: 8 });
  assert.deepEqual(both.scaling, { ...read, positions: 8 });
});

test("rope_type comes before type; dynamic scaling changes nothing within the context", () => {
  const rope_scaling = { type: "dynamic", rope_type: "linear", factor: 2 };
  assert.deepEqual(said({ rope_scaling }).scaling, { kind: "linear", factor: 2 });
  assert.deepEqual(said({ rope_scaling: { type: "dynamic", factor: 2 } }), { base: 10000 });
});

test("positions on a part of each head are refused wherever they are asked for", () => {
  for (const name of ["rope_parameters", "rope_scaling"])
    assert.throws(() => said({ [name]: { rope_type: "linear", factor: 2, partial_rotary_factor: 0.5 } }), {
      message: `config.json: ${name}.partial_rotary_factor is 0.5; expected 1: positions on a part of each head are not supported`,
    });
});

test("scalingJson(scaling) is read back as it was", () => {
  for (const scaling of [
    undefined,
    { kind: "linear", factor: 3 } as const,
    { ...read, kind: "llama3" } as const,
  ])
    assert.deepEqual(said(scalingJson(scaling)).scaling, scaling);
});
