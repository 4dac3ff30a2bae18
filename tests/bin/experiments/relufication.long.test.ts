// More of fixtures/results/relufication.json, made again: opt-relu right after its surgeries, and its shift.
import assert from "node:assert/strict";
import { test } from "node:test";
import { lookOf, type Relufication, SOME, shiftOf } from "../../../bin/experiments/relufication.ts";
import { result } from "../../../bin/figures/figure.ts";
import { load } from "../../../bin/load.ts";
import { modelPath } from "../../../bin/model-options.ts";
import { books } from "../../../bin/texts.ts";
import { kernels } from "../../../kernels/index.node.ts";
import type { Model } from "../../../reference/models/model.ts";
import { shifted, stage2 } from "../../../reference/relufication/surgery.ts";
import { split } from "../../../reference/training/corpus.ts";

const committed = result<Relufication>("relufication");
const machine = await kernels({ mebibytes: 128 });
const silent = { out: () => undefined, err: () => undefined, live: false };
const texts = split(books().map(({ text }) => text));
const six = (value: number): number => Number(value.toPrecision(6));

function opened(name: string) {
  const { model: loaded, tokenizer } = load({ model: modelPath(name) }, silent);
  const model = { ...loaded, weights: machine.load(loaded.weights) } as Model;
  return { model, encode: (text: string) => tokenizer.encode(text) };
}
const surgeryOf = (model: string, name: string) =>
  committed.surgeries.find((one) => one.model === model && one.name === name) ??
  assert.fail(`${model}, ${name}`);

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
