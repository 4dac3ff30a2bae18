import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { bytesSource } from "../../../reference/formats/byte-source.ts";
import { transposed } from "../../../reference/formats/checkpoint.ts";
import { toBF16, toF16 } from "../../../reference/formats/half.ts";
import { openHuggingFace, saveHuggingFace } from "../../../reference/formats/hugging-face.node.ts";
import { loadHuggingFace } from "../../../reference/formats/hugging-face.ts";
import type { Folder } from "../../../reference/formats/hugging-face-tensors.ts";
import { writeHuggingFace } from "../../../reference/formats/hugging-face-writer.ts";
import { openSafetensors } from "../../../reference/formats/safetensors.ts";
import {
  joined,
  type StoredTensor,
  writeSafetensors,
} from "../../../reference/formats/safetensors-writer.ts";
import { empty } from "../../../reference/models/cache.ts";
import { forward, type Model } from "../../../reference/models/model.ts";
import { reference } from "../../../reference/ops/reference.ts";
import { stream } from "../../../reference/random.ts";
import { like, matrix, storedOf, type Tensor, vector } from "../../../reference/tensor.ts";
import { mapTensors, names } from "../../../reference/weights.ts";
import { near, rows, sameEverything, tensors } from "../../assertions.ts";
import { none, silu, tinyFalcon, tinyLlama, tinyOpt, tokens } from "../models/tiny.ts";
import { refuses } from "./files.ts";

type Files = Readonly<Record<string, Uint8Array>>;

/** Random numbers in every tensor, norms and biases too, in float32. */
function shaken<M extends Model>(model: M): M {
  let count = 0;
  const random = (tensor: Tensor): Tensor => {
    const draws = stream(11, `${count++}`);
    return like(
      tensor,
      Float32Array.from({ length: tensor.size }, () => draws.normal()),
    );
  };
  return { ...model, weights: mapTensors(model.weights, random) };
}

const halfSplit = {
  ...tinyLlama,
  config: { ...tinyLlama.config, rotary: { base: 500000, pairing: "half-split" as const } },
};
const untied = <M extends Model>(model: M): M => ({
  ...model,
  weights: {
    ...model.weights,
    unembedding: like(model.weights.tokens, Float32Array.from(model.weights.tokens.data)),
  },
});
const plain = { activation: silu, afterNorm: none };
const { rotary: _, ...learned } = { rotary: undefined, ...tinyOpt.config };
const opt = shaken({ ...tinyOpt, config: learned });
const llama = shaken(halfSplit);
const falcon = shaken(tinyFalcon);

const filesOf = (model: Model, dtype?: "F16" | "BF16" | "F32" | "F64"): Files =>
  Object.fromEntries(writeHuggingFace(model, dtype).map(({ file, chunks }) => [file, joined(chunks)]));
const folder = (files: Files): Folder => ({
  name: "dir",
  has: (file) => files[file] !== undefined,
  open: (file) => bytesSource(`dir/${file}`, files[file] ?? new Uint8Array()),
});
const load = (files: Files, options = {}) => loadHuggingFace(folder(files), options);
const encode = (value: unknown): Uint8Array => new TextEncoder().encode(JSON.stringify(value));
const configOf = (files: Files) => JSON.parse(new TextDecoder().decode(files["config.json"]));

/** Files with other fields in config.json. */
const configured = (files: Files, fields: object): Files => ({
  ...files,
  "config.json": encode({ ...configOf(files), ...fields }),
});

/** Files with other tensors: `change` takes and gives what the writer takes. */
function rewritten(
  files: Files,
  change: (tensors: readonly StoredTensor[]) => readonly StoredTensor[],
): Files {
  const file = openSafetensors(bytesSource("f", files["model.safetensors"] ?? new Uint8Array()));
  const all = file.names.map((name): StoredTensor => {
    const entry = file.entries.get(name);
    return { name, dtype: "F32", shape: entry?.shape ?? [], data: file.stored(name) };
  });
  return { ...files, "model.safetensors": joined(writeSafetensors(change(all))) };
}

for (const model of [opt, llama, falcon, untied(opt), untied(llama), untied(falcon)]) {
  const tied = model.weights.unembedding === model.weights.tokens;

  test(`${model.family} with its embeddings ${tied ? "tied" : "untied"} comes back from its directory as it was`, () => {
    const { model: back, notFinite } = load(filesOf(model));
    assert.deepEqual(back.config, model.config);
    assert.equal(back.family, model.family);
    sameEverything(back.weights, model.weights);
    assert.ok(tensors(back.weights).every(({ data }) => data instanceof Float32Array));
    assert.equal(back.weights.unembedding === back.weights.tokens, tied);
    assert.deepEqual(notFinite, []);
    assert.deepEqual(
      rows(forward(reference, back, tokens, empty).logits),
      rows(forward(reference, model, tokens, empty).logits),
    );
  });
}

test("config.json has the names and values that the family's files have", () => {
  const of = (model: Model) =>
    configOf(filesOf({ ...model, config: { ...model.config, ...plain } } as Model));
  assert.deepEqual(of(llama), {
    architectures: ["LlamaForCausalLM"],
    model_type: "llama",
    vocab_size: 11,
    hidden_size: 12,
    num_hidden_layers: 2,
    num_attention_heads: 4,
    max_position_embeddings: 16,
    tie_word_embeddings: true,
    rope_theta: 500000,
    intermediate_size: 20,
    num_key_value_heads: 2,
    head_dim: 4,
    hidden_act: "silu",
    rms_norm_eps: 1e-5,
  });
  assert.equal(of(opt).activation_function, "silu");
  assert.equal(of(falcon).multi_query, true);
});

test("activations that the format has no name for, and those after norms, come back exactly", () => {
  const activation = { kind: "fatrelu", threshold: 0.1, shift: 0.3 } as const;
  const files = filesOf({
    ...llama,
    config: { ...llama.config, activation, afterNorm: { kind: "relu", shift: 0.7 } },
  });
  assert.equal(configOf(files).hidden_act, "relukit:fatrelu");
  const { config } = load(files).model;
  assert.deepEqual([config.activation, config.afterNorm], [activation, { kind: "relu", shift: 0.7 }]);
  for (const other of [
    none,
    { kind: "swish", beta: 8, shift: 0 },
    { kind: "gelu", shift: 1 },
    { kind: "relu-squared", shift: 0 },
  ] as const) {
    const again = load(filesOf({ ...llama, config: { ...llama.config, activation: other } }));
    assert.deepEqual(again.model.config.activation, other);
  }
});

test("options overrule the activations of the file", () => {
  const { config } = load(filesOf(falcon), plain).model;
  assert.deepEqual([config.activation, config.afterNorm], [silu, none]);
});

test("interleaved rotary pairs are written as half-split ones: the same logits but for the order of sums", () => {
  for (const model of [
    shaken(tinyLlama),
    shaken({
      ...tinyFalcon,
      config: { ...tinyFalcon.config, rotary: { base: 100, pairing: "interleaved" as const } },
    }),
  ]) {
    const { model: back } = load(filesOf(model));
    assert.deepEqual("rotary" in back.config && back.config.rotary, {
      ...model.config.rotary,
      pairing: "half-split",
    });
    near(
      forward(reference, back, tokens, empty).logits,
      rows(forward(reference, model, tokens, empty).logits),
      1e-9,
    );
  }
});

test("weights are rounded to the type that is asked for, and read back exactly", () => {
  const round = { F16: toF16, BF16: toBF16 };
  for (const dtype of ["F16", "BF16"] as const) {
    const { model: back, storedBytes } = load(filesOf(llama, dtype));
    const [got, exact] = [tensors(back.weights), tensors(llama.weights)];
    for (const [i, { data }] of got.entries()) {
      assert.ok(data instanceof Float32Array);
      assert.deepEqual([...round[dtype](data)], [...round[dtype](exact[i]?.data ?? [])]);
    }
    assert.equal(storedBytes.get(back.weights.tokens), 2 * 11 * 12);
  }
  const precise = {
    ...llama,
    weights: mapTensors(llama.weights, (x) =>
      like(
        x,
        Float64Array.from(x.data, (v) => v / 3),
      ),
    ),
  };
  sameEverything(load(filesOf(precise)).model.weights, precise.weights);
});

test("storedBytes sums to the tensors of the file, but for what is tied, and OPT's two rows for padding", () => {
  const sum = (model: Model) => [...load(filesOf(model)).storedBytes.values()].reduce((a, b) => a + b, 0);
  const size = (model: Model) => tensors(model.weights).reduce((all, { size }) => all + 4 * size, 0);
  for (const model of [untied(opt), untied(llama), untied(falcon)]) assert.equal(sum(model), size(model));
  assert.equal(sum(llama), size(llama) - 4 * 11 * 12);
});

test("projections are stored [out, in], the gated up and the tables as they are", () => {
  const file = openSafetensors(bytesSource("f", filesOf(llama)["model.safetensors"] ?? new Uint8Array()));
  const [layer] = llama.weights.layers;
  const name = "model.layers.0.self_attn.k_proj.weight";
  assert.deepEqual(file.entries.get(name)?.shape, [8, 12]);
  assert.equal(file.numbers(name)[3 * 12 + 5], layer?.key.get(5, 3));
  assert.equal(file.numbers("model.layers.0.mlp.up_proj.weight")[3 * 12 + 5], layer?.up.get(3, 5));
});

test("falcon's fused projection holds the query heads, then the key head, then the value head", () => {
  const file = openSafetensors(bytesSource("f", filesOf(falcon)["model.safetensors"] ?? new Uint8Array()));
  const fused = file.numbers("transformer.h.1.self_attention.query_key_value.weight");
  const layer = falcon.weights.layers[1];
  assert.deepEqual(
    [fused[2 * 12 + 7], fused[(12 + 1) * 12 + 7], fused[(16 + 3) * 12 + 7]],
    [layer?.query.get(7, 2), layer?.key.get(7, 1), layer?.value.get(7, 3)],
  );
});

test("opt's position table has two rows more in the file, the first two", () => {
  const file = openSafetensors(bytesSource("f", filesOf(opt)["model.safetensors"] ?? new Uint8Array()));
  const table = file.numbers("model.decoder.embed_positions.weight");
  assert.equal(table.length, (16 + 2) * 12);
  assert.equal(table[2 * 12 + 5], opt.weights.positions.get(0, 5));
});

for (const model of [opt, llama, falcon]) {
  test(`${model.family}'s names may lack their first word, as in a file saved without its head`, () => {
    const bare = rewritten(filesOf(model), (all) =>
      all.map((tensor) => ({ ...tensor, name: tensor.name.replace(/^(model|transformer)\./, "") })),
    );
    const { weights } = load(bare).model;
    sameEverything(weights, model.weights);
    assert.equal(weights.unembedding, weights.tokens);
    refuses(
      () => load(configured(bare, { tie_word_embeddings: false })),
      'dir: tensor "lm_head.weight" is missing; expected shape [11,12]',
    );
  });

  test(`${model.family}: a head unlike the embedding is the unembedding, even where config.json ties`, () => {
    const { tokens, unembedding } = load(withHead(model, (v) => v + 1)).model.weights;
    assert.deepEqual(
      [...unembedding.data],
      Array.from(tokens.data, (v) => Math.fround(v + 1)),
    );
    const { model: same, storedBytes } = load(withHead(model, (v) => v));
    assert.equal(same.weights.unembedding, same.weights.tokens);
    assert.equal(storedBytes.get(same.weights.tokens), 4 * 11 * 12);
  });
}

/** The files of a tied model that hold the embedding again as the head, each number changed. */
function withHead(model: Model, change: (v: number) => number): Files {
  const { shape, data } = model.weights.tokens;
  const head = Float32Array.from(data, change);
  return rewritten(filesOf(model), (all) => [
    ...all,
    { name: "lm_head.weight", dtype: "F32", shape, data: head },
  ]);
}

test("a tied model's own head is equal where both have a NaN, and of another shape refused", () => {
  const broken = {
    ...llama,
    weights: mapTensors(llama.weights, (x) =>
      like(
        x,
        x.data.map(() => Number.NaN),
      ),
    ),
  };
  const { weights } = load(withHead(broken, (v) => v)).model;
  assert.equal(weights.unembedding, weights.tokens);
  const short = rewritten(filesOf(llama), (all) => [
    ...all,
    { name: "lm_head.weight", dtype: "F32", shape: [1], data: new Float32Array(1) },
  ]);
  refuses(
    () => load(short),
    'dir/model.safetensors: tensor "lm_head.weight" has shape [1]; expected [11,12], from config.json',
  );
});

test("a sharded checkpoint is read through its index", () => {
  const files = filesOf(falcon);
  const half = (keep: (name: string) => boolean) =>
    rewritten(files, (all) => all.filter(({ name }) => keep(name)))["model.safetensors"] ?? new Uint8Array();
  const first = (name: string) => /h\.0\./.test(name);
  const names = openSafetensors(bytesSource("f", files["model.safetensors"] ?? new Uint8Array())).names;
  const place = (name: string) =>
    first(name) ? "model-00001-of-00002.safetensors" : "model-00002-of-00002.safetensors";
  const sharded = (weight_map: object): Files => ({
    "config.json": files["config.json"] ?? new Uint8Array(),
    "model-00001-of-00002.safetensors": half(first),
    "model-00002-of-00002.safetensors": half((name) => !first(name)),
    "model.safetensors.index.json": encode({ metadata: {}, weight_map }),
  });
  const map = Object.fromEntries(names.map((name) => [name, place(name)]));
  sameEverything(load(sharded(map)).model.weights, falcon.weights);

  const wrong = (value: string) => () => load(sharded({ ...map, "transformer.ln_f.bias": value }));
  const where = 'dir/model.safetensors.index.json: weight_map["transformer.ln_f.bias"] is';
  refuses(
    wrong("../x.safetensors"),
    `${where} "../x.safetensors"; expected the name of a .safetensors file beside the index`,
  );
  refuses(
    wrong("model-00001-of-00002.safetensors"),
    `${where} "model-00001-of-00002.safetensors"; expected a file that has the tensor "transformer.ln_f.bias"`,
  );
  const { "transformer.ln_f.bias": ___, ...fewer } = map;
  refuses(
    () => load(sharded(fewer)),
    'dir/model-00002-of-00002.safetensors: tensor "transformer.ln_f.bias" is not this file\'s by model.safetensors.index.json; expected every tensor of a shard in its weight_map',
  );
  refuses(
    () => load(sharded({})),
    'dir: tensor "transformer.word_embeddings.weight" is missing; expected shape [11,12]',
  );
});

test("a missing tensor, a wrong shape, a wrong type, a tensor too many are refused", () => {
  const files = filesOf(llama);
  const name = "model.layers.1.mlp.gate_proj.weight";
  const changing = (change: (tensor: StoredTensor) => StoredTensor | readonly StoredTensor[]) => () =>
    load(
      rewritten(files, (all) => all.flatMap((tensor) => (tensor.name === name ? change(tensor) : tensor))),
    );
  refuses(
    changing(() => []),
    `dir: tensor "${name}" is missing; expected shape [20,12]`,
  );
  refuses(
    changing((tensor) => ({ ...tensor, shape: [12, 20] })),
    `dir/model.safetensors: tensor "${name}" has shape [12,20]; expected [20,12], from config.json`,
  );
  refuses(
    changing((tensor) => ({ ...tensor, dtype: "I32" })),
    `dir/model.safetensors: tensor "${name}" has dtype I32; expected F16, BF16, F32 or F64 for a weight`,
  );
  refuses(
    changing((tensor) => [tensor, { ...tensor, name: `${name}_extra` }]),
    `dir: tensor "${name}_extra" has no place in the model of config.json; expected none`,
  );
  assert.doesNotThrow(
    changing((tensor) => [tensor, { ...tensor, name: "model.layers.0.self_attn.rotary_emb.inv_freq" }]),
  );
});

test("an architecture that is not supported is refused, with the field that says so", () => {
  const says = (model: Model, fields: object, message: string) =>
    refuses(() => load(configured(filesOf(model), fields)), `dir/config.json: ${message}`);
  says(llama, { model_type: "mamba" }, 'model_type is "mamba"; expected "opt", "llama" or "falcon"');
  says(llama, { model_type: "gpt2" }, 'model_type is "gpt2"; expected "opt", "llama" or "falcon"');
  says(
    opt,
    { do_layer_norm_before: false, relukit: { after_norm: { kind: "relu", shift: 0 } } },
    "do_layer_norm_before is false; expected true, for a ReLU after norms: where norms come after each block, it has no place",
  );
  says(
    llama,
    { rope_scaling: { rope_type: "yarn", factor: 8 } },
    'rope_scaling.rope_type is "yarn"; expected "default", "linear", "llama3" or "dynamic": positions scaled otherwise are not supported',
  );
  says(
    llama,
    { rope_parameters: { rope_type: "slow", factor: 8 } },
    'rope_parameters.rope_type is "slow"; expected "default", "linear", "llama3" or "dynamic": positions scaled otherwise are not supported',
  );
  says(llama, { rope_scaling: { factor: 8 } }, "rope_scaling.type is missing; expected a string");
  says(llama, { rope_scaling: { type: "linear" } }, "rope_scaling.factor is missing; expected a number");
  says(
    llama,
    { rope_scaling: { type: "linear", factor: 0.5 } },
    "rope_scaling.factor is 0.5; expected 1 or more",
  );
  says(
    llama,
    { rope_scaling: { type: "llama3", factor: 8, low_freq_factor: 4, high_freq_factor: 4 } },
    "rope_scaling.high_freq_factor is 4; expected more than low_freq_factor = 4",
  );
  says(
    llama,
    { quantization_config: { quant_method: "fp8" } },
    'quantization_config is {"quant_method":"fp8"}; expected none: quantized checkpoints are not read; save it in F16, BF16 or F32',
  );
  says(llama, { hidden_act: "fatrelu" }, "hidden_act_param is missing; expected a number");
  says(
    llama,
    { partial_rotary_factor: 0.5 },
    "partial_rotary_factor is 0.5; expected 1: positions on a part of each head are not supported",
  );
  says(
    opt,
    { layer_norm_eps: 0.5 },
    "layer_norm_eps is 0.5; expected 0.00001: OPT has no other, and engines that read it take no other",
  );
  says(
    falcon,
    { new_decoder_architecture: true, parallel_attn: false },
    "parallel_attn is false; expected true: Falcon with one block after the other is not supported",
  );
  says(falcon, { alibi: true }, "alibi is true; expected false: ALiBi positions are not supported");
  says(
    falcon,
    { new_decoder_architecture: true, num_kv_heads: 2 },
    "num_kv_heads is 2; expected a divisor of num_attention_heads = 3",
  );
  says(
    falcon,
    { parallel_attn: false },
    "parallel_attn is false; expected true: Falcon with one block after the other is not supported",
  );
});

test("a field of config.json that is missing or wrong is refused", () => {
  const says = (fields: object, message: string) =>
    refuses(() => load(configured(filesOf(llama), fields)), `dir/config.json: ${message}`);
  says({ vocab_size: undefined }, "vocab_size is missing; expected a whole number from 1 to 2147483647");
  says({ num_hidden_layers: 0 }, "num_hidden_layers is 0; expected a whole number from 1 to 65536");
  says({ num_key_value_heads: 3 }, "num_key_value_heads is 3; expected a divisor of num_attention_heads = 4");
  says(
    { head_dim: undefined, hidden_size: 13 },
    "hidden_size is 13; expected a multiple of 4, the attention heads",
  );
  says(
    { hidden_act: "tanh" },
    'hidden_act is "tanh"; expected one of relu, relu2, silu, swish, gelu, gelu_new, gelu_fast, gelu_pytorch_tanh, fatrelu',
  );
  says(
    { hidden_act: "toString" },
    'hidden_act is "toString"; expected one of relu, relu2, silu, swish, gelu, gelu_new, gelu_fast, gelu_pytorch_tanh, fatrelu',
  );
  says({ rms_norm_eps: -1 }, "rms_norm_eps is -1; expected a number of 0 or more");
  says({ head_dim: 5 }, "head_dim is 5; expected heads of an even width, for pairs that turn");
  says({ rope_theta: 0 }, "rope_theta is 0; expected a number above 0");
  says(
    { relukit: { activation: { kind: "x" } } },
    'relukit.activation.kind is "x"; expected an activation\'s kind, such as relu',
  );
  says(
    { relukit: { activation: { kind: "swish", shift: 0 } } },
    "relukit.activation.beta is missing; expected a number",
  );
  says({ relukit: "hello" }, 'relukit is "hello"; expected an object');
  says({ relukit: { activation: "relu" } }, 'relukit.activation is "relu"; expected an object');
  says({ rope_parameters: [1] }, "rope_parameters is [1]; expected an object");
  says({ rope_scaling: "linear" }, 'rope_scaling is "linear"; expected an object');
  says(
    { rope_parameters: { full_attention: { rope_type: "linear", factor: 2 } } },
    'rope_parameters["full_attention"] is {"rope_type":"linear","factor":2}; ' +
      "expected no object: positions that differ from layer to layer are not supported",
  );
});

test("usual values stand for what config.json leaves out", () => {
  const without = (model: Model, ...names: string[]) =>
    load(
      configured(filesOf(model), {
        ...Object.fromEntries(names.map((name) => [name, undefined])),
        relukit: undefined,
      }),
    ).model.config;
  const llamaConfig = without(llama, "rope_theta", "rms_norm_eps", "hidden_act");
  assert.deepEqual("rotary" in llamaConfig && llamaConfig.rotary.base, 10000);
  assert.deepEqual([llamaConfig.epsilon, llamaConfig.activation], [1e-6, silu]);
  const falconConfig = without(
    falcon,
    "max_position_embeddings",
    "layer_norm_epsilon",
    "activation",
    "multi_query",
    "parallel_attn",
  );
  assert.deepEqual(
    [falconConfig.sizes.P, falconConfig.epsilon, falconConfig.activation],
    [2048, 1e-5, { kind: "gelu", shift: 0 }],
  );
  assert.deepEqual(without(opt, "activation_function", "layer_norm_eps").activation, {
    kind: "relu",
    shift: 0,
  });
  const newer = load(
    configured(filesOf(llama), {
      rope_theta: undefined,
      rope_parameters: { rope_type: "default", rope_theta: 7 },
    }),
  ).model.config;
  assert.deepEqual("rotary" in newer && newer.rotary.base, 7);
});
test("a directory without weights, or with a damaged config.json, is refused", () => {
  refuses(
    () => load({ "config.json": filesOf(llama)["config.json"] ?? new Uint8Array() }),
    "dir: has no model.safetensors and no model.safetensors.index.json; expected one of them",
  );
  refuses(
    () => load({ ...filesOf(llama), "config.json": encode([]) }),
    "dir/config.json: text is an array; expected a JSON object",
  );
});

test("sizes that no file can have are refused before anything is made for them", () => {
  const huge = 2 ** 30;
  refuses(
    () => load(configured(filesOf(llama), { num_hidden_layers: huge })),
    "dir/config.json: num_hidden_layers is 1073741824; expected a whole number from 1 to 65536",
  );
  refuses(
    () =>
      load(
        configured(filesOf(falcon), { hidden_size: 4 * huge, num_attention_heads: huge, multi_query: false }),
      ),
    "dir/config.json: hidden_size is 4294967296; expected a whole number from 1 to 2147483647",
  );
  assert.throws(
    () => load(configured(filesOf(falcon), { num_attention_heads: 6, multi_query: false })),
    /query_key_value.weight" has shape \[20,12\]; expected \[36,12\]/,
  );
  assert.throws(
    () => load(configured(filesOf(llama), { num_hidden_layers: 65536 })),
    /tensor "model.layers.2.input_layernorm.weight" is missing/,
  );
});

test("writeHuggingFace refuses sizes that the family's format has no place for", () => {
  const sized = (model: Model, sizes: object) =>
    ({ ...model, config: { ...model.config, sizes: { ...model.config.sizes, ...sizes } } }) as Model;
  refuses(
    () => writeHuggingFace(sized(opt, { G: 1 })),
    "writeHuggingFace: the opt format has no place for these sizes; expected G = N and N · K = D, not 1, 3 and 3 · 4",
  );
  refuses(
    () => writeHuggingFace(sized(falcon, { K: 5 })),
    "writeHuggingFace: the falcon format has no place for these sizes; expected N · K = D, not 3 · 5",
  );
});

test("a shard that is not there, and a directory of the format before safetensors, are refused", () => {
  const map = { "model.norm.weight": "model-00002-of-00002.safetensors" };
  const index: Files = { ...filesOf(llama), "model.safetensors.index.json": encode({ weight_map: map }) };
  const { "model.safetensors": _, ...missing } = index;
  refuses(
    () => load(missing),
    'dir/model.safetensors.index.json: weight_map["model.norm.weight"] is "model-00002-of-00002.safetensors"; expected a file beside the index, where there is none of that name',
  );
  refuses(
    () => load({ ...missing, "model.safetensors.index.json": encode({}) }),
    "dir/model.safetensors.index.json: weight_map is missing; expected an object",
  );
  const older: Files = { "config.json": encode(configOf(index)), "pytorch_model.bin": new Uint8Array(9) };
  refuses(
    () => load(older),
    "dir: has pytorch_model.bin and no model.safetensors; expected safetensors, as transformers writes them: load the model there and save it with save_pretrained",
  );
});

test("a float8 tensor is refused, with its name", () => {
  const header = {
    "model.embed_tokens.weight": { dtype: "F8_E4M3", shape: [16, 12], data_offsets: [0, 192] },
  };
  const json = new TextEncoder().encode(JSON.stringify(header));
  const bytes = new Uint8Array(8 + json.length + 192);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(json.length), true);
  bytes.set(json, 8);
  const { vocab_size: V, hidden_size: D } = configOf(filesOf(llama));
  assert.deepEqual([V, D], llama.weights.tokens.shape);
  const files = {
    ...configured(filesOf(llama), { vocab_size: 16, hidden_size: 12 }),
    "model.safetensors": bytes,
  };
  refuses(
    () => load(files),
    'dir/model.safetensors: tensor "model.embed_tokens.weight" has dtype F8_E4M3; expected F16, BF16, F32 or F64 for a weight',
  );
});

const grouped = shaken({
  ...tinyFalcon,
  config: { ...tinyFalcon.config, sizes: { ...tinyFalcon.config.sizes, G: 3 } },
  weights: {
    ...tinyFalcon.weights,
    layers: tinyFalcon.weights.layers.map(({ norm, query, output, up, down }) => ({
      ...{ norm, hiddenNorm: { gain: vector<"D">(12, () => 1), bias: vector<"D">(12, () => 0) } },
      ...{ query, key: matrix<"D", "G·K">(12, 12, () => 0), value: matrix<"D", "G·K">(12, 12, () => 0) },
      ...{ valueBias: vector<"G·K">(12, () => 0), output, up, down },
    })),
  },
});
const scaled = {
  ...llama,
  config: {
    ...llama.config,
    rotary: {
      ...llama.config.rotary,
      scaling: { kind: "llama3", factor: 8, lowFactor: 1, highFactor: 4, positions: 32 } as const,
    },
  },
};
const postNorm: Model = (() => {
  const { norm: __, ...weights } = opt.weights;
  return { family: "opt-post-norm", config: { ...opt.config, afterNorm: none }, weights };
})();
const projectedOpt = shaken({
  ...opt,
  weights: {
    ...opt.weights,
    tokens: matrix<"V", "D">(opt.weights.tokens.shape[0], 5, () => 0),
    unembedding: matrix<"V", "D">(opt.weights.tokens.shape[0], 5, () => 0),
    projectIn: matrix<"D", "D">(5, 12, () => 0),
    projectOut: matrix<"D", "D">(12, 5, () => 0),
  },
});

for (const [what, model] of Object.entries({ grouped, scaled, postNorm, projectedOpt }))
  test(`${what}: comes back from its directory as it was, read at once or left in its files`, () => {
    const files = filesOf(model);
    const back = load(files).model;
    assert.deepEqual(back.config, model.config);
    assert.equal(back.family, model.family);
    sameEverything(back.weights, model.weights);
    sameEverything(load(files, { inFile: true }).model.weights, model.weights);
  });

for (const dtype of ["F16", "BF16", "F32", "F64"] as const)
  test(`matrices left in a file of ${dtype} have the numbers of those read at once, whole and row by row`, () => {
    for (const model of [opt, llama, falcon, grouped]) {
      const files = filesOf(model, dtype);
      const left = load(files, { inFile: true }).model.weights;
      sameEverything(left, load(files).model.weights);
      const tables = [...names(left).keys()].filter((w) => storedOf(w)?.rows);
      assert.ok(tables.length >= 1);
      for (const w of tables) {
        const [stored, [rows = 0, columns = 0]] = [storedOf(w), w.shape];
        const from = Math.floor(rows / 3);
        const part = stored?.widened(stored.rows?.(from, rows - 1) ?? new Float32Array(0));
        assert.deepEqual(part, w.data.slice(from * columns, (rows - 1) * columns));
      }
      for (const w of names(left).keys()) {
        const stored = storedOf(w);
        if (!stored?.turned) continue;
        const [rows = 0, columns = 0] = w.shape;
        assert.deepEqual(transposed(stored.turned(), columns, rows), stored.bits());
      }
    }
  });

test("what is not finite in a tensor that was left is told when it was read, and once", () => {
  const files = rewritten(filesOf(llama), (all) =>
    all.map((tensor) =>
      tensor.name === "model.layers.1.self_attn.q_proj.weight"
        ? { ...tensor, data: new Float32Array(192).fill(Number.NaN) }
        : tensor,
    ),
  );
  const { model, notFinite } = load(files, { inFile: true });
  assert.deepEqual(notFinite, []);
  for (let i = 0; i < 2; i++) for (const w of names(model.weights).keys()) assert.ok(w.data.length > 0);
  assert.deepEqual(notFinite, ["model.layers.1.self_attn.q_proj.weight"]);
});

test("NaN and infinite weights are loaded, and reported by name", () => {
  const files = rewritten(filesOf(llama), (all) =>
    all.map((tensor) =>
      tensor.name === "model.norm.weight"
        ? { ...tensor, data: new Float32Array(12).fill(Number.NaN) }
        : tensor,
    ),
  );
  assert.deepEqual(load(files).notFinite, ["model.norm.weight"]);
});

test("saveHuggingFace writes a directory that openHuggingFace reads", () => {
  const path = join(mkdtempSync(join(tmpdir(), "relukit-")), "new", "folder");
  saveHuggingFace(path, writeHuggingFace(opt));
  assert.deepEqual(readdirSync(path).sort(), ["config.json", "model.safetensors"]);
  sameEverything(openHuggingFace(path).model.weights, opt.weights);
  refuses(
    () => openHuggingFace(join(path, "config.json")),
    `${path}/config.json: is not a directory; expected one with config.json and model.safetensors`,
  );
  rmSync(join(path, "config.json"));
  refuses(
    () => openHuggingFace(path),
    `${path}/config.json: cannot be opened: there is no such file or folder`,
  );
  rmSync(path, { recursive: true });
  refuses(() => openHuggingFace(path), `${path}: cannot be opened: there is no such file or folder`);
});
