// Speculative decoding with the shipped draft and target, on the kernels and on the reference.
import assert from "node:assert/strict";
import { test } from "node:test";
import { load } from "../../bin/load.ts";
import { modelPath } from "../../bin/model-options.ts";
import { kernels } from "../../kernels/index.node.ts";
import { generate } from "../../reference/decoding/generate.ts";
import { greedy } from "../../reference/decoding/sampling.ts";
import { type Pair, speculate } from "../../reference/decoding/speculative.ts";
import { skipZeros } from "../../reference/interpret/skip-zeros.ts";
import type { Model } from "../../reference/models/model.ts";
import type { Ops } from "../../reference/ops/contract.ts";
import { reference } from "../../reference/ops/reference.ts";
import { stream } from "../../reference/random.ts";
import type { Tokens } from "../../reference/tensor.ts";

const silent = { out: () => undefined, err: () => undefined, live: false };
const fast = await kernels({ mebibytes: 256 });
const shipped = (name: string) => load({ model: modelPath(name) }, silent);
const [relu, silu, draft] = [shipped("opt-relu"), shipped("llama-silu"), shipped("draft")];
const onKernels = <M extends Model>(model: M): M => ({ ...model, weights: fast.load(model.weights) });
const small = onKernels(draft.model);
const prompts = ["Once upon a time", "Alice", "“Where is Little Joe Otter?” said"];

function taken(ops: Ops, models: Pair<Model>, prompt: Tokens, gamma: number, n: number) {
  const tokens: number[] = [];
  const settings = { gamma, temperature: 0, topP: 1, uniform: stream(1, "unused").uniform };
  for (const round of speculate({ target: ops, draft: ops }, models, prompt, settings)) {
    tokens.push(...round.tokens);
    if (tokens.length >= n) break;
  }
  return tokens.slice(0, n);
}

const plain = (ops: Ops, model: Model, prompt: Tokens, n: number) => {
  const tokens: number[] = [];
  for (const { token } of generate(ops, model, prompt, greedy)) {
    tokens.push(token);
    if (tokens.length === n) break;
  }
  return tokens;
};

for (const [name, loaded, gammas] of [
  ["opt-relu", relu, [1, 2, 3, 4, 5, 6, 7, 8]],
  ["llama-silu", silu, [3, 8]],
] as const) {
  test(`kernels: ${name} with the shipped draft writes its own greedy text, for gamma ${gammas.join(", ")}, dense and sparse`, () => {
    const target = onKernels(loaded.model);
    for (const [i, text] of prompts.entries()) {
      const prompt = loaded.tokenizer.prompt(text);
      const wanted = plain(fast, target, prompt, 16);
      for (const gamma of gammas) {
        const ops = (gamma + i) % 2 === 0 ? fast : skipZeros(fast);
        assert.deepEqual(taken(ops, { target, draft: small }, prompt, gamma, 16), wanted, `gamma ${gamma}`);
      }
    }
  });
}

test("reference: opt-relu with the shipped draft writes its own greedy text", () => {
  const prompt = relu.tokenizer.prompt("Once upon a time");
  const wanted = plain(reference, relu.model, prompt, 10);
  for (const gamma of [2, 5])
    assert.deepEqual(taken(reference, { target: relu.model, draft: draft.model }, prompt, gamma, 10), wanted);
});

test("kernels: opt-relu that drafts for itself is always accepted, when sampled too: a window has the bits of single steps", () => {
  const target = onKernels(relu.model);
  const settings = { gamma: 5, temperature: 1, topP: 0.9, uniform: stream(4, "self").uniform };
  const prompt = relu.tokenizer.prompt("Alice");
  for (const round of speculate({ target: fast, draft: fast }, { target, draft: target }, prompt, settings)) {
    assert.equal(round.accepted, round.drafted.length);
    if (round.next.text.length > 40) break;
  }
});
