import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { joined, writeSafetensors } from "../../../reference/formats/safetensors-writer.ts";
import {
  readTraining,
  type TrainedTensor,
  type TrainingCheckpoint,
  writeTraining,
} from "../../../reference/formats/training-checkpoint.ts";
import { matrixOf, type Tensor, vectorOf } from "../../../reference/tensor.ts";
import { holds, of, ofVector, sameBits } from "../../assertions.ts";
import { file, refuses, unlessRefused } from "./files.ts";

const run = JSON.stringify({ preset: "tiny", sizes: { D: 2 }, rate: 0.1 });
const trained = (weight: Tensor, first: Tensor, second: Tensor): TrainedTensor => ({ weight, first, second });
const checkpoint: TrainingCheckpoint = {
  step: 3,
  run,
  tensors: new Map([
    ["tokens = unembedding", trained(of([1, -0], [5e-324, 1e308]), of([1, 2], [3, 4]), of([5, 6], [7, 8]))],
    ["layers.0.up.bias", trained(ofVector(0.1), ofVector(0.2), ofVector(0.3))],
  ]),
  curve: new Map([
    ["loss", [2.5, 1.25, 0.1]],
    ["rate", [0.1, 0.2, 0.3]],
  ]),
};
const like = new Map<string, Tensor>([
  ["tokens = unembedding", of([0, 0], [0, 0])],
  ["layers.0.up.bias", ofVector(0)],
]);
const bytesOf = (state: Partial<TrainingCheckpoint> = {}): Uint8Array =>
  joined(writeTraining({ ...checkpoint, ...state }));
const read = (bytes: Uint8Array, wanted = like, about = run): TrainingCheckpoint =>
  readTraining(file(bytes, "run.safetensors"), wanted, about);

function same(got: TrainingCheckpoint, wanted: TrainingCheckpoint): void {
  assert.deepEqual([got.step, got.run], [wanted.step, wanted.run]);
  assert.deepEqual(new Map([...got.curve].sort()), new Map([...wanted.curve].sort()));
  assert.deepEqual([...got.tensors.keys()].sort(), [...wanted.tensors.keys()].sort());
  for (const [path, { weight, first, second }] of wanted.tensors) {
    const found = got.tensors.get(path) ?? assert.fail(path);
    sameBits(found.weight, weight, `weight of ${path}`);
    sameBits(found.first, first, `first of ${path}`);
    sameBits(found.second, second, `second of ${path}`);
  }
}

test("readTraining(writeTraining(checkpoint)) is the checkpoint, bit for bit", () => {
  same(read(bytesOf()), checkpoint);
});

test("readTraining(writeTraining(checkpoint)) keeps float32 as float32, and any number its bits", () => {
  const any = fc.array(fc.double(), { minLength: 3, maxLength: 3 });
  holds(
    fc.property(any, any, any, fc.nat(), fc.array(fc.double(), { maxLength: 4 }), (w, m, v, step, loss) => {
      const wide = (values: readonly number[]) => vectorOf(Float64Array.from(values));
      const narrow = (values: readonly number[]) => matrixOf(Float32Array.from(values), 1, 3);
      const state: TrainingCheckpoint = {
        step,
        run: "{}",
        tensors: new Map([
          ["wide", trained(wide(w), wide(m), wide(v))],
          ["narrow", trained(narrow(w), narrow(m), narrow(v))],
        ]),
        curve: new Map([["loss", loss]]),
      };
      const shapes = new Map<string, Tensor>([...state.tensors].map(([path, { weight }]) => [path, weight]));
      const found = read(bytesOf(state), shapes, "{}");
      same(found, state);
      assert.ok(found.tensors.get("narrow")?.first.data instanceof Float32Array);
    }),
  );
});

test("writeTraining of the same state is the same file, and of a beginning too: no step, an empty curve", () => {
  assert.deepEqual(bytesOf(), bytesOf());
  const start = { step: 0, curve: new Map([["loss", []]]) };
  same(read(bytesOf(start)), { ...checkpoint, ...start });
});

test("readTraining refuses a file that is no training checkpoint", () => {
  refuses(
    () => read(joined(writeSafetensors([], { format: "pt" }))),
    "run.safetensors: is not a training checkpoint; expected one that train wrote",
  );
});

test("readTraining refuses a checkpoint of another run, naming the first member that differs", () => {
  const other = (about: object | string) => () =>
    read(bytesOf(), like, typeof about === "string" ? about : JSON.stringify(about));
  const words = (text: string) => `run.safetensors: is of another run: its ${text}, to go on from there`;
  refuses(
    other({ preset: "other", sizes: { D: 2 }, rate: 0.1 }),
    words('preset is "tiny"; expected "other"'),
  );
  refuses(other({ preset: "tiny", sizes: { D: 3 }, rate: 0.2 }), words('sizes is {"D":2}; expected {"D":3}'));
  refuses(
    other({ preset: "tiny", sizes: { D: 2 }, rate: 0.1, seed: 1 }),
    words("seed is absent; expected 1"),
  );
  refuses(other({ preset: "tiny", sizes: { D: 2 } }), words("rate is 0.1; expected none"));
  refuses(
    other({ sizes: { D: 2 }, preset: "tiny", rate: 0.1 }),
    words(`description is ${run}; expected {"sizes":{"D":2},"preset":"tiny","rate":0.1}`),
  );
  refuses(other("null"), words('preset is "tiny"; expected none'));
  const texts = (last: string) => JSON.stringify({ texts: `${"0".repeat(63)}${last}` });
  refuses(
    () => read(bytesOf({ run: texts("1") }), like, texts("2")),
    words(`texts is "${"0".repeat(56)}...; expected "${"0".repeat(56)}...`), // they differ further on
  );
});

test("readTraining refuses a step that is no whole number", () => {
  for (const step of ["", "-1", "1.5", "1e3", " 3", "three", "9007199254740993"]) {
    const bytes = joined(writeSafetensors([], { format: "relukit training 1", step, run }));
    refuses(() => read(bytes), `run.safetensors: step is ${JSON.stringify(step)}; expected a whole number`);
  }
  const none = joined(writeSafetensors([], { format: "relukit training 1", run }));
  refuses(() => read(none), 'run.safetensors: step is ""; expected a whole number');
});

test("readTraining refuses a tensor of another shape, and one that is missing", () => {
  refuses(
    () => read(bytesOf(), new Map([...like, ["layers.0.up.bias", ofVector(0, 0)]])),
    'run.safetensors: tensor "weight/layers.0.up.bias" is [1]; expected [2]',
  );
  refuses(
    () => read(bytesOf(), new Map([["tokens = unembedding", matrixOf(new Float64Array(4), 1, 4)]])),
    'run.safetensors: tensor "weight/tokens = unembedding" is [2,2]; expected [1,4]',
  );
  refuses(
    () => read(bytesOf(), new Map([...like, ["norm.gain", ofVector(0)]])),
    'run.safetensors: tensor "weight/norm.gain" is missing; expected in the header',
  );
});

const whole = bytesOf();
const headerEnd = 8 + Number(new DataView(whole.buffer).getBigUint64(0, true));

test("readTraining refuses a file cut off at any byte, in one sentence", () => {
  for (let size = 0; size < whole.length; size++)
    assert.equal(
      unlessRefused(() => read(whole.slice(0, size))),
      undefined,
      `cut to ${size} of ${whole.length} bytes`,
    );
});

test("readTraining refuses a file with a damaged header, or reads what is there: never another error", () => {
  const change = fc.record({ place: fc.nat(headerEnd - 1), flip: fc.integer({ min: 1, max: 255 }) });
  holds(
    fc.property(fc.array(change, { minLength: 1, maxLength: 4 }), (changes) => {
      const content = whole.slice();
      for (const { place, flip } of changes) content[place] = (content[place] ?? 0) ^ flip;
      const found = unlessRefused(() => read(content));
      for (const [path, { weight, first, second }] of found?.tensors ?? [])
        for (const x of [weight, first, second]) assert.deepEqual(x.shape, like.get(path)?.shape);
    }),
    1000,
  );
});
