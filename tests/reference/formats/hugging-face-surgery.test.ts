import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";
import { bytesSource } from "../../../reference/formats/byte-source.ts";
import { openHuggingFace, saveHuggingFace } from "../../../reference/formats/hugging-face.node.ts";
import { copyRelufied, rewriteRelufied } from "../../../reference/formats/hugging-face-surgery.node.ts";
import { configAfterSurgery } from "../../../reference/formats/hugging-face-surgery.ts";
import { exactFloat, writeHuggingFace } from "../../../reference/formats/hugging-face-writer.ts";
import { JsonField } from "../../../reference/formats/json-field.ts";
import type { Model } from "../../../reference/models/model.ts";
import { folded } from "../../../reference/relufication/fold.ts";
import { shifted, stage1, stage2 } from "../../../reference/relufication/surgery.ts";
import { like, type Tensor } from "../../../reference/tensor.ts";
import { mapTensors } from "../../../reference/weights.ts";
import { sameEverything } from "../../assertions.ts";
import { refuses } from "./files.ts";

const folder = mkdtempSync(join(tmpdir(), "relukit-surgery-"));
after(() => rmSync(folder, { recursive: true }));
const checkpoints = fileURLToPath(new URL("../../../fixtures/checkpoints", import.meta.url));
const llama = join(checkpoints, "llama-3");
const { config } = openHuggingFace(llama).model;

const after1 = (json: object, f: typeof config): Readonly<Record<string, unknown>> => {
  const source = bytesSource("config.json", new TextEncoder().encode(JSON.stringify(json)));
  return JSON.parse(configAfterSurgery(JsonField.of(source), f));
};

test("surgery changes the word of the activation and leaves every other member, known here or not", () => {
  const given = {
    model_type: "llama",
    hidden_act: "silu",
    vocab_size: 3,
    torch_dtype: "x",
    of_yours: [1, { a: 2 }],
  };
  assert.deepEqual(after1(given, stage1(config)), { ...given, hidden_act: "relu" });
  const { hidden_act: _, ...rest } = given;
  assert.deepEqual(after1({ ...rest, hidden_act: "fatrelu", hidden_act_param: 0.1 }, stage1(config)), {
    ...rest,
    hidden_act: "relu",
  });
  assert.deepEqual(after1({ ...given, model_type: "RefinedWebModel" }, stage1(config)), {
    ...given,
    model_type: "RefinedWebModel",
    activation: "relu",
  });
});

test("what the format has no word for goes to a member of our own, and an older one goes", () => {
  const given = {
    model_type: "opt",
    activation_function: "gelu",
    relukit: { activation: { kind: "silu", shift: 0 } },
  };
  assert.deepEqual(after1(given, stage1(config)), { model_type: "opt", activation_function: "relu" });
  assert.deepEqual(after1(given, stage2(config)), {
    model_type: "opt",
    activation_function: "relu",
    relukit: { after_norm: { kind: "relu", shift: 0 } },
  });
  assert.deepEqual(after1(given, shifted(config, 0.5)), {
    model_type: "opt",
    activation_function: "relukit:relu",
    relukit: { activation: { kind: "relu", shift: 0.5 } },
  });
});

test("the copy has the tensors byte for byte, the index, the tokenizer, and a config.json that says so", () => {
  const out = join(folder, "copy");
  const told: number[] = [];
  copyRelufied(llama, out, stage1(config), (done, total) => told.push(done / total));
  for (const file of readdirSync(out).filter((name) => name !== "config.json"))
    assert.deepEqual(readFileSync(join(out, file)), readFileSync(join(llama, file)), file);
  assert.ok(readdirSync(out).includes("tokenizer.json"));
  assert.equal(told.at(-1), 1);
  const made = openHuggingFace(out).model;
  assert.deepEqual(made.config, stage1(config));
  sameEverything(made.weights, openHuggingFace(llama).model.weights);
});

test("a copy onto itself changes config.json alone", () => {
  const own = join(folder, "own");
  copyRelufied(llama, own, config);
  copyRelufied(own, own, stage1(config));
  assert.deepEqual(openHuggingFace(own).model.config, stage1(config));
});

test("what does not belong to a model stays behind, and a file in the way is refused", () => {
  const from = join(folder, "from");
  copyRelufied(llama, from, config);
  for (const file of ["training.json", "pytorch_model.bin", "notes.doc"])
    writeFileSync(join(from, file), "x");
  writeFileSync(join(from, "LICENSE"), "x");
  mkdirSync(join(from, "deeper.json"));
  const out = join(folder, "out");
  copyRelufied(from, out, config);
  assert.deepEqual(
    readdirSync(out).sort(),
    readdirSync(from)
      .filter((file) => !["training.json", "pytorch_model.bin", "notes.doc", "deeper.json"].includes(file))
      .sort(),
  );
  const file = join(folder, "file");
  writeFileSync(file, "x");
  refuses(() => copyRelufied(llama, file, config), `${file}: cannot be made: there is a file of that name`);
});

/** A folder that holds another model of the same sizes, in one file. */
function taken(name: string): string {
  const path = join(folder, name);
  const { model } = openHuggingFace(llama);
  const other = mapTensors(model.weights, (w) =>
    like(
      w,
      w.data.map((value) => -value),
    ),
  );
  saveHuggingFace(path, writeHuggingFace({ ...model, weights: other } as typeof model, "F32"));
  return path;
}

test("a folder that held another model holds the new one alone: shards are not hidden by an old file, nor it by them", () => {
  const { weights } = openHuggingFace(llama).model;
  const out = taken("taken");
  copyRelufied(llama, out, stage1(config));
  assert.equal(readdirSync(out).includes("model.safetensors"), false);
  sameEverything(openHuggingFace(out).model.weights, weights);
  rewriteRelufied(llama, out, openHuggingFace(llama).model);
  assert.deepEqual(
    readdirSync(out).filter((file) => file.startsWith("model")),
    ["model.safetensors"],
  );
  sameEverything(openHuggingFace(out).model.weights, weights);
});

test("a tensor that cannot be had leaves the folder as it was, and no draft in it", () => {
  const out = taken("kept");
  const before = readdirSync(out).map((file) => [file, readFileSync(join(out, file))] as const);
  const broken: Iterable<Uint8Array> = {
    *[Symbol.iterator]() {
      yield new Uint8Array(100);
      throw new RangeError("the disk is gone");
    },
  };
  const parts = [
    { file: "config.json", chunks: [new Uint8Array(3)] },
    { file: "model.safetensors", chunks: broken },
  ];
  assert.throws(() => saveHuggingFace(out, parts), /the disk is gone/);
  assert.deepEqual(
    readdirSync(out).map((file) => [file, readFileSync(join(out, file))]),
    before,
  );
});

test("what a killed writer left is removed, and config.json is the last to come", () => {
  const out = taken("killed");
  writeFileSync(join(out, ".model.safetensors.99999.part"), "half");
  const { model } = openHuggingFace(llama);
  const order: string[] = [];
  const parts = writeHuggingFace(model).map(({ file, chunks }) => ({
    file,
    chunks: (function* () {
      order.push(file);
      yield* chunks;
    })(),
  }));
  saveHuggingFace(out, parts);
  assert.deepEqual(order, ["model.safetensors", "config.json"]);
  assert.deepEqual(readdirSync(out).sort(), ["config.json", "model.safetensors"]);
});

test("a rewritten model keeps what its config.json said beside, and its neighbours", () => {
  const biased = join(checkpoints, "llama-biased");
  const out = join(folder, "rewritten");
  const { model } = openHuggingFace(biased);
  rewriteRelufied(biased, out, folded({ ...model, config: shifted(model.config, 0.25) } as typeof model));
  const json = JSON.parse(readFileSync(join(out, "config.json"), "utf8"));
  const before = JSON.parse(readFileSync(join(biased, "config.json"), "utf8"));
  for (const name of ["bos_token_id", "eos_token_id", "pad_token_id", "initializer_range"])
    assert.deepEqual(json[name], before[name], name);
  assert.equal(json.hidden_act, "relu");
  assert.ok(readdirSync(out).includes("tokenizer.json"));
  const made = openHuggingFace(out).model;
  assert.deepEqual(made.config, stage1(model.config));
  const own = join(folder, "own-rewritten");
  copyRelufied(biased, own, model.config);
  rewriteRelufied(own, own, folded({ ...model, config: shifted(model.config, 0.25) } as typeof model));
  sameEverything(openHuggingFace(own).model.weights, made.weights);
});

test("exactFloat is F64 where a matrix needs it; a bias alone does not ask for that", () => {
  const { model } = openHuggingFace(llama);
  const third = (w: Tensor) =>
    like(
      w,
      Float64Array.from(w.data, (value) => value / 3),
    );
  const changed = (axes: number): Model =>
    ({
      ...model,
      weights: mapTensors(model.weights, (w) => (w.shape.length === axes ? third(w) : w)),
    }) as Model;
  assert.equal(exactFloat(model), "BF16");
  assert.equal(exactFloat(changed(2)), "F64");
  assert.equal(exactFloat(changed(1)), "F32");
});
