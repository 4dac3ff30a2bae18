import assert from "node:assert/strict";
import { test } from "node:test";
import { presetOf, presets } from "../../../reference/training/presets.ts";

test("presetOf(name) is the preset of that name, whose model has the configuration that it tells", () => {
  assert.equal(presetOf("lesson"), presets["lesson"]);
  const { config, model } = presetOf("lesson");
  assert.deepEqual(model(40, 1).config, config(40));
});

test("presetOf refuses a name that no preset has", () => {
  assert.throws(() => presetOf("opt"), {
    name: "RangeError",
    message: /^presetOf: there is no opt; expected one of opt-relu, opt-gelu, /,
  });
});
