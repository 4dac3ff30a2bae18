import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import fc from "fast-check";
import { loadLlama2c } from "../../../reference/formats/llama2c.ts";
import type { LlamaWeights } from "../../../reference/models/llama.ts";
import type { Matrix, Tensor } from "../../../reference/tensor.ts";
import { holds, sameEverything, tensors } from "../../assertions.ts";
import { bytes, file, refuses, unlessRefused } from "./files.ts";
import {
  type Fields,
  legacyFile,
  quantized,
  randomFields,
  type Shape,
  version1File,
  version2File,
} from "./llama2c-files.ts";
import { skipWithoutStories, stories } from "./weights-folder.ts";

const small: Shape = { D: 12, F: 10, L: 2, N: 3, G: 1, V: 7, P: 5, tied: true };
const shapes: readonly Shape[] = [
  small,
  { ...small, tied: false },
  { D: 16, F: 24, L: 3, N: 4, G: 2, V: 11, P: 8, tied: false },
  { D: 8, F: 4, L: 1, N: 4, G: 4, V: 3, P: 1, tied: true },
];
const load = (content: Uint8Array) => loadLlama2c(file(content, "m.bin"));
const weightsOf = (content: Uint8Array): LlamaWeights => load(content).model.weights as LlamaWeights;

/** Element [out, in] of layer l of a field, as the file has it. */
const stored = (
  fields: Fields,
  field: string,
  l: number,
  out: number,
  into: number,
  [O, I]: readonly [number, number],
): number => fields[field]?.[l * O * I + out * I + into] ?? Number.NaN;

for (const shape of shapes) {
  const name = JSON.stringify(shape);
  const fields = randomFields(shape, 7);

  test(`loadLlama2c(legacy) has each weight in its place, ${name}`, () => {
    const { D, F, N, G, V } = shape;
    const weights = weightsOf(legacyFile(shape, fields));
    const H = (D / N) * G;
    assert.deepEqual([...weights.tokens.data], [...(fields["tokens"] ?? [])]);
    assert.deepEqual(weights.tokens.shape, [V, D]);
    for (const [l, layer] of weights.layers.entries()) {
      const turned: readonly (readonly [string, Matrix, readonly [number, number]])[] = [
        ["query", layer.query, [D, D]],
        ["key", layer.key, [H, D]],
        ["value", layer.value, [H, D]],
        ["output", layer.output, [D, D]],
        ["gate", layer.gate, [F, D]],
        ["down", layer.down, [D, F]],
      ];
      for (const [field, w, [O, I]] of turned) {
        assert.deepEqual(w.shape, [I, O], field);
        for (const [i, o] of [
          [0, 0],
          [I - 1, 0],
          [0, O - 1],
          [I - 1, O - 1],
          [1, 2 % O],
        ] as const) {
          assert.equal(
            w.get(i, o),
            stored(fields, field, l, o, i, [O, I]),
            `${field} [${i}, ${o}] of layer ${l}`,
          );
        }
      }
      assert.deepEqual(layer.up.shape, [F, D]);
      assert.equal(layer.up.get(F - 1, 1), stored(fields, "up", l, F - 1, 1, [F, D]));
      assert.deepEqual(
        [...layer.hiddenNorm.data],
        [...(fields["hiddenNorm"]?.subarray(l * D, (l + 1) * D) ?? [])],
      );
    }
    assert.deepEqual(
      [...weights.unembedding.data],
      [...(fields[shape.tied ? "tokens" : "unembedding"] ?? [])],
    );
    assert.equal(weights.unembedding === weights.tokens, shape.tied);
  });

  test(`loadLlama2c(version 1) gives the tensors of the legacy file, ${name}`, () => {
    const [a, b] = [load(legacyFile(shape, fields)), load(version1File(shape, fields))];
    assert.deepEqual(a.model.config, b.model.config);
    sameEverything(a.model.weights, b.model.weights);
  });

  test(`loadLlama2c(version 2) gives q · s in float64, ${name}`, () => {
    const group = 4;
    const weights = weightsOf(version2File(shape, fields, group));
    const exact = Object.fromEntries(
      Object.entries(fields).map(([field, x]) => [
        field,
        /norm/i.test(field) ? x : quantized(x, group).exact,
      ]),
    );
    const legacy = weightsOf(version1File(shape, fields));
    const [got, same] = [tensors(weights), tensors(legacy)];
    assert.deepEqual(
      got.map(({ shape }) => shape),
      same.map(({ shape }) => shape),
    );
    assert.deepEqual([...weights.tokens.data], [...(exact["tokens"] ?? [])]);
    assert.deepEqual([...weights.norm.data], [...(exact["norm"] ?? [])]);
    const last = weights.layers.at(-1);
    const count = shape.F * shape.D;
    assert.deepEqual([...(last?.up.data ?? [])], [...(exact["up"]?.subarray(-count) ?? [])]);
    assert.equal(last?.down.get(shape.F - 1, 1), exact["down"]?.at(-count + shape.F + shape.F - 1));
    for (const [i, tensor] of got.entries()) {
      for (const [j, value] of tensor.data.entries())
        assert.ok(Math.abs(value - (same[i]?.data[j] ?? 0)) < 0.03);
    }
  });
}

test("loadLlama2c(version 2) takes groups that run across rows", () => {
  const shape = { ...small, F: 6, D: 12 };
  const fields = randomFields(shape, 3);
  const { tokens } = weightsOf(version2File(shape, fields, 12));
  assert.deepEqual([...tokens.data], [...quantized(fields["tokens"] ?? new Float32Array(), 12).exact]);
  assert.ok(weightsOf(version2File({ ...shape, V: 4 }, randomFields({ ...shape, V: 4 }, 3), 24)));
});

test("loadLlama2c(source) reads its sizes from the header, and what it does not say from llama2.c", () => {
  assert.deepEqual(load(legacyFile(small, randomFields(small, 1))).model.config, {
    sizes: { V: 7, D: 12, F: 10, L: 2, N: 3, G: 1, K: 4, P: 5 },
    epsilon: 1e-5,
    rotary: { base: 10000, pairing: "interleaved" },
    activation: { kind: "silu", shift: 0 },
    afterNorm: { kind: "identity" },
  });
});

test("loadLlama2c(source, options) takes the activations from the options", () => {
  const activation = { kind: "relu", shift: 0.5 } as const;
  const afterNorm = { kind: "relu", shift: 0 } as const;
  const { config } = loadLlama2c(file(legacyFile(small, randomFields(small, 1))), {
    activation,
    afterNorm,
  }).model;
  assert.deepEqual([config.activation, config.afterNorm], [activation, afterNorm]);
});

test("loadLlama2c(source).storedBytes has the bytes of each tensor, once where it is tied", () => {
  const fields = randomFields(small, 1);
  const sum = (content: Uint8Array): number =>
    [...load(content).storedBytes.values()].reduce((a, b) => a + b, 0);
  const legacy = legacyFile(small, fields);
  assert.equal(sum(legacy), legacy.length - 28 - 4 * small.P * 4); // less the header, less the rotary tables
  const second = version2File(small, fields, 4);
  assert.equal(sum(second), second.length - 256);
  const { model, storedBytes } = load(second);
  assert.equal(storedBytes.get(model.weights.tokens as Tensor), 7 * 12 + (4 * 7 * 12) / 4);
});

test("loadLlama2c(source).notFinite names the tensors with a NaN or an infinity, and loads them", () => {
  const fields = randomFields(small, 1);
  fields["up"]?.set([Number.NaN], small.F * small.D);
  fields["norm"]?.set([Number.POSITIVE_INFINITY], 3);
  const { notFinite, model } = load(legacyFile(small, fields));
  assert.deepEqual([...notFinite].sort(), ["layers.1.up", "norm"]);
  assert.ok(Number.isNaN((model.weights as LlamaWeights).layers[1]?.up.get(0, 0)));
  assert.deepEqual(load(legacyFile(small, randomFields(small, 1))).notFinite, []);
});

test("loadLlama2c(source) refuses a file that is too short for a header", () => {
  refuses(
    () => load(new Uint8Array()),
    "m.bin: file has 0 bytes; expected at least 28, a legacy header of llama2.c",
  );
  refuses(
    () => load(bytes("24ka", new Uint8Array(100))),
    "m.bin: file has 104 bytes; expected at least 256, a version 1 or 2 header of llama2.c",
  );
});

test("loadLlama2c(source) refuses a size that no model can have", () => {
  const header =
    (...fields: number[]) =>
    () =>
      load(bytes(Int32Array.from(fields)));
  refuses(header(0, 10, 2, 3, 1, 7, 5), "m.bin: dim is 0; expected a positive number in a llama2.c header");
  refuses(
    header(12, 10, -2, 3, 1, 7, 5),
    "m.bin: n_layers is -2; expected a positive number in a llama2.c header",
  );
  refuses(
    header(12, 10, 2, 3, 1, 0, 5),
    "m.bin: vocab_size is 0; expected a positive number in a llama2.c header",
  );
  refuses(
    header(13, 10, 2, 3, 1, 7, 5),
    "m.bin: dim is 13; expected a multiple of n_heads = 3 in a llama2.c header",
  );
  refuses(
    header(12, 10, 2, 3, 2, 7, 5),
    "m.bin: n_heads is 3; expected a multiple of n_kv_heads = 2 in a llama2.c header",
  );
  refuses(
    header(9, 10, 2, 3, 1, 7, 5),
    "m.bin: dim is 9; expected an even number for each of n_heads = 3 heads, not 3, in a llama2.c header",
  );
});

test("loadLlama2c(source) refuses a file of any other size than its header asks for, naming both", () => {
  const whole = legacyFile(small, randomFields(small, 1));
  const message = (size: number) =>
    `m.bin: file has ${size} bytes; expected ${whole.length}, from the llama2.c header's dim 12, hidden_dim 10, n_layers 2, n_heads 3, n_kv_heads 1, vocab_size 7, seq_len 5`;
  refuses(() => load(whole.slice(0, -1)), message(whole.length - 1));
  refuses(() => load(bytes(whole, "x")), message(whole.length + 1));
});

test("loadLlama2c(source) refuses sizes of 2^31 at once, without room for them", () => {
  const most = 2 ** 31 - 2;
  assert.throws(
    () => load(bytes(Int32Array.of(most, most, most, 1, 1, -most, most))),
    /file has 28 bytes; expected \d+/,
  );
});

test("loadLlama2c(source) refuses another version, another flag, and groups that do not fit", () => {
  const changed =
    (at: number, ...values: number[]) =>
    () => {
      const content = version2File(small, randomFields(small, 1), 4);
      content.set(values, at);
      return load(content);
    };
  refuses(
    changed(4, 3),
    "m.bin: version is 3; expected 1 or 2, the llama2.c versions that have a magic word",
  );
  refuses(changed(36, 2), "m.bin: shared_classifier is 2; expected 0 or 1");
  refuses(changed(37, 0), "m.bin: group_size is 0; expected at least 1, the weights that share a scale");
  refuses(changed(37, 5), "m.bin: group_size is 5; expected a divisor of 84, the weights of tokens");
});

test("loadLlama2c refuses or reads 500 files with changed headers, and every cut", () => {
  const fields = randomFields(small, 1);
  for (const whole of [
    legacyFile(small, fields),
    version1File(small, fields),
    version2File(small, fields, 4),
  ]) {
    for (let size = 0; size < whole.length; size += size < 300 ? 1 : 97) {
      assert.equal(
        unlessRefused(() => load(whole.slice(0, size))),
        undefined,
      );
    }
    const change = fc.tuple(fc.nat(44), fc.nat(255));
    holds(
      fc.property(fc.array(change, { minLength: 1, maxLength: 3 }), (changes) => {
        const content = whole.slice();
        for (const [at, value] of changes) content[at] = value;
        unlessRefused(() => load(content));
      }),
      170,
    );
  }
});

test("stories260K: the legacy and the version 1 file hold the same model", {
  skip: skipWithoutStories,
}, () => {
  const read = (name: string) => loadLlama2c(file(readFileSync(stories(name)), name));
  const [a, b] = [read("stories260K.bin"), read("stories260K_v1.bin")];
  assert.deepEqual(a.model.config.sizes, { V: 512, D: 64, F: 172, L: 5, N: 8, G: 4, K: 8, P: 512 });
  assert.deepEqual(a.model.config, b.model.config);
  sameEverything(a.model.weights, b.model.weights);
  const parameters = tensors(a.model.weights).reduce((sum, { size }) => sum + size, 0) - 512 * 64; // the tied table, once
  assert.equal(parameters, 260_032);
});
