import assert from "node:assert/strict";
import { test } from "node:test";
import { checkAlive } from "../../bin/alive.ts";
import { tinyOpt } from "../reference/models/tiny.ts";

const shifted = { ...tinyOpt.config, activation: { kind: "relu", shift: 3 } } as const;

test("checkAlive refuses a shift that left nothing in any layer, and lets one silent layer be", () => {
  assert.throws(() => checkAlive(shifted, [1, 1], "on the text"), {
    name: "WrongUse",
    message: "the shift 3 silences every neuron of every layer on the text; expected a smaller one",
  });
  assert.doesNotThrow(() => checkAlive(shifted, [1, 0.99], "on the text"));
  assert.doesNotThrow(() => checkAlive(shifted, [0.5, 1], "on the text"));
});

test("checkAlive says nothing of a model without a shift, whose silence nobody asked for", () => {
  assert.doesNotThrow(() => checkAlive(tinyOpt.config, [1, 1], "on the text"));
});
