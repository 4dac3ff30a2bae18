// What the tests of relufication.json start from: the document, the shipped models on the kernels, the texts.
import assert from "node:assert/strict";
import type { Relufication } from "../../../bin/experiments/relufication.ts";
import { result } from "../../../bin/figures/figure.ts";
import { load } from "../../../bin/load.ts";
import { modelPath } from "../../../bin/model-options.ts";
import { books } from "../../../bin/texts.ts";
import { kernels } from "../../../kernels/index.node.ts";
import type { Model } from "../../../reference/models/model.ts";
import { split } from "../../../reference/training/corpus.ts";

export const committed = result<Relufication>("relufication");
export const machine = await kernels({ mebibytes: 128 });
const silent = { out: () => undefined, err: () => undefined, live: false };
export const texts = split(books().map(({ text }) => text));
export const six = (value: number): number => Number(value.toPrecision(6));

export function opened(name: string) {
  const { model: loaded, tokenizer } = load({ model: modelPath(name) }, silent);
  const model = { ...loaded, weights: machine.load(loaded.weights) } as Model;
  return { model, encode: (text: string) => tokenizer.encode(text) };
}
export const surgeryOf = (model: string, name: string) =>
  committed.surgeries.find((one) => one.model === model && one.name === name) ??
  assert.fail(`${model}, ${name}`);
