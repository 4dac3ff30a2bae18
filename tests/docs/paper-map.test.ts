// The numbers of docs/paper-map.md are those of fixtures/results.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import type { AfterFinetuning } from "../../bin/experiments/after-finetuning.ts";
import type { Ladder } from "../../bin/experiments/ladder.ts";
import type { Look, Relufication } from "../../bin/experiments/relufication.ts";
import type { Seeds } from "../../bin/experiments/seeds.ts";
import { result } from "../../bin/figures/figure.ts";

const page = readFileSync(fileURLToPath(new URL("../../docs/paper-map.md", import.meta.url)), "utf8");
const says = (words: string): void =>
  assert.ok(page.includes(words), `docs/paper-map.md does not say: ${words}`);
const three = (value: number): string => value.toFixed(3).replace("-", "−");
const percent = (share: number): string => (100 * share).toFixed(1);
const down = ({ zeros }: Look): number => zeros.reduce((sum, layer) => sum + layer.down, 0) / zeros.length;

test("the paper map says what surgery and finetuning did, as relufication.json has it", () => {
  const { before, surgeries } = result<Relufication>("relufication");
  const of = (model: string, name: string) =>
    surgeries.find((one) => one.model === model && one.name === name) ?? assert.fail(`${model}, ${name}`);
  for (const model of ["llama-silu", "falcon-gelu", "opt-gelu"]) {
    const trained = before.find((one) => one.model === model) ?? assert.fail(model);
    const [one, two] = [of(model, "stage 1"), of(model, "stage 2")];
    says(`stage 1 ${three(trained.look.loss)} → ${three(one.before.loss)} → ${three(one.after.loss)}`);
    says(`${three(two.before.loss)} → ${three(two.after.loss)}`);
  }
  for (const stage of ["stage 1", "stage 2"])
    says(
      `${stage} ${three(of("llama-silu", `${stage}, taught`).after.loss)} instead of ${three(of("llama-silu", stage).after.loss)}`,
    );
  const [shifted, stage1] = [of("llama-silu", "shifted"), of("llama-silu", "stage 1")];
  says(
    `b = ${shifted.shift.toFixed(2)}: ${percent(down(shifted.after))} % zeros at ${three(shifted.after.loss)} nats`,
  );
  says(`ReLU has ${percent(down(stage1.after))} % at ${three(stage1.after.loss)}`);
});

test("the paper map says what four seeds say, as seeds.json has it", () => {
  const { activations } = result<Seeds>("seeds");
  for (const { name, lossOverRelu, cloze } of activations) {
    if (name !== "relu") says(`${three(lossOverRelu.from)} to ${three(lossOverRelu.to)}`);
    says(percent(cloze.mean));
  }
  const relu = activations.find(({ name }) => name === "relu") ?? assert.fail();
  says(`zeros ${percent(relu.zeros.mean)} % (${percent(relu.zeros.from)} to ${percent(relu.zeros.to)})`);
});

test("the paper map says what the ladder and the finetuned successors came to", () => {
  const { rungs } = result<Ladder>("ladder");
  const rung = (model: string) => rungs.find((one) => one.model === model) ?? assert.fail(model);
  says(`has ${three(rung("llama-large-stage2").look.loss)} nats`);
  says(`${three(rung("llama-silu").look.loss)} for 0.49 M`);
  for (const { model, name, after } of result<AfterFinetuning>("after-finetuning").courses)
    if (model === "llama-silu") {
      says(percent(down(after)));
      says(`${three(after.loss)} nats`);
      assert.ok(name);
    }
});
