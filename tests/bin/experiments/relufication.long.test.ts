// More of fixtures/results/relufication.json, made again: opt-relu right after its surgeries, and its shift.
import assert from "node:assert/strict";
import { test } from "node:test";
import { lookOf, SOME, shiftOf } from "../../../bin/experiments/relufication.ts";
import type { Model } from "../../../reference/models/model.ts";
import { shifted, stage2 } from "../../../reference/relufication/surgery.ts";
import { machine, opened, six, surgeryOf, texts } from "./relufication.ts";

test("the committed shift of opt-relu is the quantile of what its activations read of the training text", () => {
  const { model, encode } = opened("opt-relu");
  const text = encode(texts.training.slice(0, 20_000)).slice(0, SOME);
  const found = surgeryOf("opt-relu", "shifted");
  const b = shiftOf({ machine }, model, text, found.target ?? Number.NaN);
  assert.equal(found.shift, six(b));
  const operated = { ...model, config: shifted(model.config, b) } as Model;
  const held = encode(texts.validation.slice(0, 20_000)).slice(0, SOME);
  assert.equal(found.looks[0]?.loss, six(lookOf({ machine }, operated, held, 0).loss));
});

test("stage 2 of opt-relu is stage 2: its first look comes again", () => {
  const { model, encode } = opened("opt-relu");
  const operated = { ...model, config: stage2(model.config) } as Model;
  const held = encode(texts.validation.slice(0, 20_000)).slice(0, SOME);
  const [first] = surgeryOf("opt-relu", "stage 2").looks;
  assert.equal(first?.loss, six(lookOf({ machine }, operated, held, 0).loss));
});
