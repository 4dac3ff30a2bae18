import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";
import { bytesSource } from "../../../reference/formats/byte-source.ts";
import { openHuggingFace } from "../../../reference/formats/hugging-face.node.ts";
import { copyRelufied } from "../../../reference/formats/hugging-face-surgery.node.ts";
import { configAfterSurgery } from "../../../reference/formats/hugging-face-surgery.ts";
import { JsonField } from "../../../reference/formats/json-field.ts";
import { shifted, stage1, stage2 } from "../../../reference/relufication/surgery.ts";
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
