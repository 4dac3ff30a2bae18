// The surgery, the shift by quantile, and the shift as a bias.
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { bytesSource } from "../../../reference/formats/byte-source.ts";
import { loadHuggingFace } from "../../../reference/formats/hugging-face.ts";
import { writeHuggingFace } from "../../../reference/formats/hugging-face-writer.ts";
import { joined } from "../../../reference/formats/safetensors-writer.ts";
import { sparsity, zeros } from "../../../reference/measure/sparsity.ts";
import { empty } from "../../../reference/models/cache.ts";
import { forward, type Model } from "../../../reference/models/model.ts";
import { reference } from "../../../reference/ops/reference.ts";
import { folded } from "../../../reference/relufication/fold.ts";
import { preactivations, shiftFor, silenced } from "../../../reference/relufication/shift.ts";
import { shifted, stage1, stage2 } from "../../../reference/relufication/surgery.ts";
import { mapTensors, names } from "../../../reference/weights.ts";
import { holds, sameBits } from "../../assertions.ts";
import { none, relu, silu, tinyLlama, tinyModels, tinyOpt, tokens } from "../models/tiny.ts";

const withConfig = (model: Model, change: (config: Model["config"]) => Model["config"]): Model =>
  ({ ...model, config: change(model.config) }) as Model;
const smooth = (model: Model): Model =>
  withConfig(model, (config) => ({ ...config, activation: silu, afterNorm: none }));
const run = (model: Model) => forward(reference, model, tokens, empty);

test("stage1(config) changes the feed-forward's activation and nothing else; stage2 the norms' too", () => {
  for (const { config } of tinyModels.map(smooth)) {
    assert.deepEqual(stage1(config), { ...config, activation: relu });
    assert.deepEqual(stage2(config), { ...config, activation: relu, afterNorm: relu });
    assert.deepEqual(stage2(stage1(config)), stage2(config), "the stages may come one after the other");
    assert.deepEqual(shifted(config, 0.5), { ...config, activation: { kind: "relu", shift: 0.5 } });
  }
});

test("stage1 gives zeros in what down reads, stage2 in what Q, K, V and up read too, in every family", () => {
  const shares = (model: Model) => {
    const layers: readonly object[] = run(model).layers;
    const share = (part: string, tensor: string): number => {
      const found = layers.map((layer) => Reflect.get(Reflect.get(layer, part) ?? {}, tensor));
      return Math.min(...found.filter(Boolean).map((x) => sparsity(zeros(x, 0))));
    };
    return {
      down: share("hidden", "hidden"),
      up: share("hidden", "input"),
      qkv: share("attention", "input"),
    };
  };
  for (const before of tinyModels.map(smooth)) {
    assert.equal(shares(before).down, 0, before.family);
    const [one, two] = [shares(withConfig(before, stage1)), shares(withConfig(before, stage2))];
    assert.ok(one.down > 0.2 && one.qkv % Infinity !== Number.POSITIVE_INFINITY, before.family);
    assert.ok(two.down > 0.2, before.family);
    for (const input of ["up", "qkv"] as const) {
      if (one[input] === Infinity) continue; // Falcon's attention reads what its feed-forward reads
      assert.equal(one[input], 0, `${before.family}: stage 1, ${input}`);
      assert.ok(two[input] > 0.2, `${before.family}: stage 2, ${input}`);
    }
  }
});

test("shifted(config, b) refuses a shift that is no number", () => {
  assert.throws(() => shifted(tinyOpt.config, Number.NaN), {
    name: "RangeError",
    message: "shifted: b is NaN; expected a finite number",
  });
});

test("shiftFor(values, s) is the least value that a share s lies at or below", () => {
  const ten = Float64Array.from([5, -1, 3, 0, 9, -4, 2, 7, 1, 8]);
  assert.equal(shiftFor(ten, 0.5), 2);
  assert.equal(silenced(ten, 2), 0.5);
  assert.equal(shiftFor(ten, 0.9), 8);
  assert.equal(shiftFor(ten, 0.01), -4);
  const hundred = Float64Array.from({ length: 100 }, (_, i) => i + 1);
  assert.equal(shiftFor(hundred, 0.07), 7, "though 0.07 · 100 is above 7 in doubles");
  assert.deepEqual(Array.from(ten), [5, -1, 3, 0, 9, -4, 2, 7, 1, 8], "the values stay in their order");
  const many = fc.array(fc.double({ min: -8, max: 8, noNaN: true }), { minLength: 3, maxLength: 60 });
  holds(
    fc.property(many, fc.double({ min: 0.01, max: 0.9, noNaN: true }), (list, s) => {
      const values = Float64Array.from(list);
      const greatest = Math.max(...list);
      if (silenced(values, greatest - 1e-9) < s) return; // nothing would be left
      const b = shiftFor(values, s);
      assert.ok(silenced(values, b) >= s, "enough are silenced");
      const lower = list.filter((value) => value < b);
      assert.ok(lower.length / list.length < s, "no lower value would do");
    }),
  );
});

test("shiftFor refuses a share outside (0, 1), no values, NaN, and a share that silences every neuron", () => {
  const refuses = (values: readonly number[], share: number, message: string) =>
    assert.throws(() => shiftFor(Float64Array.from(values), share), { name: "RangeError", message });
  refuses([1], 1, "shiftFor: sparsity is 1; expected a number above 0 and below 1");
  refuses([1], 0, "shiftFor: sparsity is 0; expected a number above 0 and below 1");
  refuses([], 0.5, "shiftFor: there are no values; expected one at least");
  refuses([1, Number.NaN], 0.5, "shiftFor: a value is NaN; expected numbers");
  refuses(
    [1, 2, 2],
    0.9,
    "shiftFor: of 3 values 2 is the greatest, and a share of 0.9 reaches it; " +
      "expected a share that leaves a neuron alive",
  );
});

test("the shift for a share of a model's own pre-activations gives that share of zeros", () => {
  for (const model of tinyModels) {
    const all = preactivations(reference, model, [tokens]);
    const b = shiftFor(all, 0.8);
    const moved = run(withConfig(model, (config) => shifted(config, b)));
    const first = moved.layers[0]?.hidden.hidden;
    assert.ok(first && sparsity(zeros(first, 0)) > 0.5, model.family);
    assert.ok(silenced(all, b) >= 0.8 && silenced(all, b) < 0.82, model.family);
  }
});

test("folded(model) computes the same with the shift as a bias: to the bit where there was no bias before", () => {
  for (const model of tinyModels) {
    const before = withConfig(model, (config) => shifted(config, 0.37));
    const after = folded(before);
    assert.deepEqual(after.config.activation, relu);
    const [wanted, got] = [run(before), run(after)];
    for (const [l, layer] of wanted.layers.entries()) {
      const mine = got.layers[l]?.hidden.hidden;
      assert.ok(mine);
      assert.equal(sparsity(zeros(mine, 0)), sparsity(zeros(layer.hidden.hidden, 0)), model.family);
    }
    if (model.family !== "opt") sameBits(got.logits, wanted.logits, model.family);
    else
      for (const [i, z] of Array.from(got.logits.data).entries()) {
        const w = wanted.logits.data[i] ?? Number.NaN;
        assert.ok(Math.abs(z - w) <= 1e-12 * Math.max(1, Math.abs(w)), `logit ${i} is ${z}; expected ${w}`);
      }
  }
});

test("folded twice moves the bias twice", () => {
  const twice = withConfig(folded(withConfig(tinyLlama, (c) => shifted(c, 0.25))), (c) => shifted(c, 0.5));
  const once = withConfig(tinyLlama, (c) => shifted(c, 0.75));
  sameBits(run(folded(twice)).logits, run(folded(once)).logits);
});

test("folded refuses an activation that is no ReLU", () => {
  assert.throws(() => folded(smooth(tinyOpt)), {
    name: "RangeError",
    message: "folded: the activation is silu; expected relu, with a shift to fold",
  });
});

const reopened = (model: Model): Model => {
  const files = new Map(writeHuggingFace(model).map(({ file, chunks }) => [file, joined([...chunks])]));
  const open = (file: string) => bytesSource(`dir/${file}`, files.get(file) ?? new Uint8Array());
  return loadHuggingFace({ name: "dir", has: (file) => files.has(file), open }).model;
};

test("a folded model comes back from a Hugging Face directory with its biases, under the format's own names", () => {
  for (const model of tinyModels) {
    const halfSplit = withConfig(model, (config) =>
      "rotary" in config ? { ...config, rotary: { base: 10000, pairing: "half-split" } } : config,
    );
    const saved = folded(withConfig(halfSplit, (config) => shifted(config, 0.375)));
    const back = reopened(saved);
    assert.deepEqual(back.config.activation, relu, model.family);
    const paths = new Map([...names(back.weights)].map(([w, path]) => [path, w]));
    for (const [w, path] of names(saved.weights)) sameBits(paths.get(path) ?? w, w, path);
    sameBits(run(back).logits, run(saved).logits, model.family);
    const json = JSON.parse(
      new TextDecoder().decode(joined([...(writeHuggingFace(saved)[0]?.chunks ?? [])])),
    );
    if (model.family === "llama") assert.equal(json.mlp_bias, true);
    if (model.family === "falcon") assert.equal(json.bias, true);
    assert.equal(json.activation_function ?? json.hidden_act ?? json.activation, "relu");
  }
});

test("a directory whose gated up projection has a bias is refused, with the tensor's name", () => {
  const saved = folded(withConfig(tinyLlama, (config) => shifted(config, 0.5)));
  const files = new Map(
    writeHuggingFace(saved, "F32").map(({ file, chunks }) => [file, joined([...chunks])]),
  );
  const bytes = files.get("model.safetensors") ?? new Uint8Array();
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  const length = Number(view.getBigUint64(0, true));
  const header = JSON.parse(new TextDecoder().decode(bytes.subarray(8, 8 + length)));
  const [begin] = header["model.layers.0.mlp.up_proj.bias"].data_offsets;
  view.setFloat32(8 + length + begin, 1.5, true);
  const open = (file: string) => bytesSource(`dir/${file}`, files.get(file) ?? new Uint8Array());
  assert.throws(() => loadHuggingFace({ name: "dir", has: (file) => files.has(file), open }), {
    name: "FormatError",
    message:
      "tensor model.layers.0.mlp.up_proj.bias holds 1.5; expected zeros: " +
      "a gated up projection with a bias is not supported",
  });
});

test("the weights of a tree without biases stay without them", () => {
  assert.equal("gateBias" in (mapTensors(tinyLlama.weights, (w) => w).layers[0] ?? {}), false);
});
