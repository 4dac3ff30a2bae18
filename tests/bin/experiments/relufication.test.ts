// A slice of fixtures/results/relufication.json, made again: what llama-silu is right after surgery.
import assert from "node:assert/strict";
import { test } from "node:test";
import { LOOKS, lookOf, recipe, SOME } from "../../../bin/experiments/relufication.ts";
import type { Model } from "../../../reference/models/model.ts";
import { stage1 } from "../../../reference/relufication/surgery.ts";
import { committed, machine, opened, six, surgeryOf, texts } from "./relufication.ts";

test("right after surgery, llama-silu has the committed loss and zeros on the first tokens of the held-out text", () => {
  const { model, encode } = opened("llama-silu");
  const text = encode(texts.validation.slice(0, 20_000)).slice(0, SOME);
  const operated = { ...model, config: stage1(model.config) } as Model;
  const { loss, zeros } = lookOf({ machine }, operated, text, 0);
  const [first] = surgeryOf("llama-silu", "stage 1").looks;
  assert.equal(first?.loss, six(loss));
  for (const [l, layer] of zeros.entries())
    assert.deepEqual(first?.zeros[l], { qkv: six(layer.qkv), up: six(layer.up), down: six(layer.down) });
});

test("the committed document agrees with itself: recipe, looks, and what follows from the stages", () => {
  assert.deepEqual([committed.recipe, committed.looksRead], [recipe, SOME]);
  for (const { model, name, looks, before, after, histograms } of committed.surgeries) {
    assert.deepEqual(
      looks.map(({ step }) => step),
      LOOKS,
    );
    if (name !== "as it is") assert.ok(after.loss < before.loss, `${model}, ${name}: it recovers`);
    for (const layer of [...histograms.before, ...histograms.after])
      assert.ok(Math.abs(layer.reduce((sum, share) => sum + share, 0) - 1) < 0.02, `${model}, ${name}`);
    for (const layer of after.zeros) {
      if (name.startsWith("stage 1") || name === "as it is" || name === "shifted")
        assert.ok(layer.qkv < 1e-5 && layer.up < 1e-5, "nothing makes zeros there");
      else assert.ok(layer.qkv > 0.1 && layer.up > 0.1);
      if (model === "falcon-gelu") assert.equal(layer.qkv, layer.up, "one norm for both branches");
    }
  }
});
