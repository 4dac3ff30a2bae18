// Tiny checkpoints that transformers made, and what it computes with them: fixtures/record/checkpoints recorded both.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { kernels } from "../../kernels/index.node.ts";
import { generate } from "../../reference/decoding/generate.ts";
import { greedy } from "../../reference/decoding/sampling.ts";
import { bytesSource } from "../../reference/formats/byte-source.ts";
import { leaveHuggingFace, openHuggingFace } from "../../reference/formats/hugging-face.node.ts";
import { loadHuggingFace } from "../../reference/formats/hugging-face.ts";
import { configAfterSurgery, configOfRewritten } from "../../reference/formats/hugging-face-surgery.ts";
import { exactFloat, writeHuggingFace } from "../../reference/formats/hugging-face-writer.ts";
import { JsonField } from "../../reference/formats/json-field.ts";
import { openSafetensors, type Safetensors } from "../../reference/formats/safetensors.ts";
import { joined } from "../../reference/formats/safetensors-writer.ts";
import { loadTokenizer } from "../../reference/formats/tokenizers/load.ts";
import { empty } from "../../reference/models/cache.ts";
import { forward, type Model } from "../../reference/models/model.ts";
import { type Ops, override } from "../../reference/ops/contract.ts";
import { reference } from "../../reference/ops/reference.ts";
import { folded } from "../../reference/relufication/fold.ts";
import { shifted, stage1 } from "../../reference/relufication/surgery.ts";
import type { Numbers, Tensor } from "../../reference/tensor.ts";
import { sameBits } from "../assertions.ts";

const folder = fileURLToPath(new URL("../../fixtures/checkpoints/", import.meta.url));
const names = readdirSync(folder).filter((name) => existsSync(`${folder}${name}/config.json`));

/** The prompt that the recording script gave to each. */
const PROMPT = "Alice was beginning to get very tired of";
/** Of the whole model, relative to the largest number of its kind: both compute in float64, in other orders. */
const NEAR = 1e-9;

const recordOf = (name: string): Safetensors =>
  openSafetensors(bytesSource(name, readFileSync(`${folder}${name}/expected.safetensors`)));

/** The largest difference, relative to the largest number. */
function difference(found: Numbers, expected: Numbers): number {
  assert.equal(found.length, expected.length);
  let [most, scale] = [0, 0];
  for (const [i, value] of expected.entries()) {
    most = Math.max(most, Math.abs((found[i] ?? Number.NaN) - value));
    scale = Math.max(scale, Math.abs(value));
    if (!(Math.abs((found[i] ?? Number.NaN) - value) >= 0)) return Number.NaN;
  }
  return most / scale;
}

/** `ops`, keeping what every operator gives. */
function keeping(ops: Ops, results: Tensor[]): Ops {
  const kept = <Y extends Tensor>(y: Y): Y => {
    results.push(y);
    return y;
  };
  return override(ops, {
    embed: (tokens, table) => kept(ops.embed(tokens, table)),
    linear: (x, w, b) => kept(ops.linear(x, w, b)),
    add: (x, y) => kept(ops.add(x, y)),
    layerNorm: (x, gain, bias, epsilon) => kept(ops.layerNorm(x, gain, bias, epsilon)),
  });
}

/** Each of `wanted`, rows of numbers one after the other, is a result, in that order. */
function inOrder(results: readonly Tensor[], wanted: Numbers, size: number): void {
  let from = 0;
  for (let at = 0; at < wanted.length; at += size) {
    const state = wanted.subarray(at, at + size);
    const found = results.findIndex(
      (x, i) => i >= from && x.size === size && difference(x.data, state) <= NEAR,
    );
    assert.notEqual(found, -1, `hidden state ${at / size} is no result of an operator`);
    from = found + 1;
  }
}

assert.ok(names.length >= 13);
for (const name of names) {
  const record = recordOf(name);
  const numbers = (key: string): Numbers => record.numbers(key);
  const tokens = [...numbers("tokens")];
  const opened = (): Model => openHuggingFace(`${folder}${name}`).model;

  test(`${name}: logits, hidden states and neurons are those of transformers in float64, within 1e-9`, () => {
    const model = opened();
    const results: Tensor[] = [];
    const { logits, layers } = forward(keeping(reference, results), model, tokens, empty);
    assert.ok(difference(logits.data, numbers("float64.logits")) <= NEAR);
    const neurons = layers.flatMap(({ hidden }) => [...hidden.hidden.data]);
    assert.ok(difference(Float64Array.from(neurons), numbers("float64.neurons")) <= NEAR);
    const { D } = model.config.sizes;
    inOrder(results, numbers("float64.states"), tokens.length * D);
  });

  test(`${name}: goes on as transformers does, wherever the likeliest token leads by more than float32's error`, () => {
    const written = numbers("float64.greedy");
    const ours: number[] = [];
    for (const { token } of generate(reference, opened(), tokens, greedy)) {
      ours.push(token);
      if (ours.length === written.length) break;
    }
    assert.deepEqual(ours, [...written]);
    const margins = numbers("float64.margins");
    for (const engine of ["eager", "sdpa"]) {
      const logits = numbers("float64.logits");
      const error = [...numbers(`${engine}.logits`)].reduce(
        (most, value, i) => Math.max(most, Math.abs(value - (logits[i] ?? Number.NaN))),
        0,
      );
      const doubtful = margins.findIndex((margin) => margin <= 2 * error);
      const certain = doubtful < 0 ? written.length : doubtful;
      assert.ok(certain > 0);
      assert.deepEqual([...numbers(`${engine}.greedy`)].slice(0, certain), ours.slice(0, certain), engine);
    }
  });

  test(`${name}: what relukit wrote of it, after stage 1 and folded, has the same logits in transformers`, () => {
    const written = openSafetensors(bytesSource(name, readFileSync(`${folder}${name}/written.safetensors`)));
    const model = opened();
    const relu = { ...model, config: stage1(model.config) } as Model;
    const moved = folded({ ...model, config: shifted(stage1(model.config), 0.25) } as Model);
    const config = JsonField.of(bytesSource("config.json", readFileSync(`${folder}${name}/config.json`)));
    const parts = writeHuggingFace(moved, exactFloat(moved));
    const files = new Map(parts.map(({ file, chunks }) => [file, joined([...chunks])]));
    files.set("config.json", new TextEncoder().encode(configOfRewritten(config, moved)));
    const open = (file: string) => bytesSource(file, files.get(file) ?? new Uint8Array());
    const back = loadHuggingFace({ name, has: (file) => files.has(file), open }).model;
    for (const [way, ours] of Object.entries({ stage1: relu, folded: back })) {
      const { data, shape } = forward(reference, ours, tokens, empty).logits;
      const theirs = written.numbers(`${way}.logits`);
      assert.ok(difference(data.subarray(shape[0] * shape[1] - theirs.length), theirs) <= NEAR, way);
    }
    const sums = (all: Iterable<readonly [string, Uint8Array]>): string =>
      [...all]
        .map(([file, bytes]) => `${file}:${createHash("sha256").update(bytes).digest("hex")}`)
        .join(" ");
    assert.equal(
      sums(files),
      written.metadata.get("folded.files"),
      "the files that transformers read are not those written today; record them anew",
    );
    const text = new TextEncoder().encode(configAfterSurgery(config, relu.config));
    const tensors = readdirSync(`${folder}${name}`).filter((file) => /^model.*\.safetensors$/.test(file));
    const copied = tensors.sort().map((file) => [file, readFileSync(`${folder}${name}/${file}`)] as const);
    assert.equal(sums([["config.json", text], ...copied]), written.metadata.get("stage1.files"));
  });

  test(`${name}: the kernels give the same bits of weights left in their files, kept as wide as they are there`, async () => {
    const k = await kernels({ mebibytes: 32 });
    const left = leaveHuggingFace(`${folder}${name}`);
    const bits = [opened(), left.model].flatMap((model) => {
      const loaded = { ...model, weights: k.load(model.weights) } as Model;
      return [loaded, model].map((one) => k.scope(() => forward(k, one, tokens, empty).logits));
    });
    left.close();
    k.close();
    const [first, ...others] = bits;
    assert.ok(first && difference(first.data, numbers("float64.logits")) < 1e-4);
    for (const logits of others) sameBits(logits, first);
  });

  test(`${name}: its tokenizer gives the recorded prompt`, () => {
    const file = bytesSource("tokenizer.json", readFileSync(`${folder}${name}/tokenizer.json`));
    const { V } = opened().config.sizes;
    assert.deepEqual(loadTokenizer(file, V).prompt(PROMPT), tokens);
  });
}

test("the checkpoints and their records are the ones that were recorded, to the byte: SHA256SUMS", () => {
  const lines = readFileSync(`${folder}SHA256SUMS`, "utf8").trim().split("\n");
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((path) =>
    path.includes("/"),
  );
  assert.deepEqual(lines.map((line) => line.split("  ")[1]).sort(), files.sort());
  for (const line of lines) {
    const [sum, path = ""] = line.split("  ");
    const found = createHash("sha256")
      .update(readFileSync(`${folder}${path}`))
      .digest("hex");
    assert.equal(found, sum, `${path} was changed; record it anew with fixtures/record/checkpoints`);
  }
});

test("every record of a checkpoint says where its numbers come from", () => {
  for (const name of names)
    for (const file of readdirSync(`${folder}${name}`).filter((file) =>
      /^(expected|written|trace)/.test(file),
    )) {
      const { metadata } = openSafetensors(bytesSource(file, readFileSync(`${folder}${name}/${file}`)));
      for (const key of ["engine", "version", "torch", "processor", "threads", "date", "seed", "command"])
        assert.ok(metadata.get(key), `${name}/${file}: ${key}`);
    }
});
