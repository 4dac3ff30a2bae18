// Every operator of a float32 pass of transformers, before the oracle: what it read and what it gave was recorded.
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { bytesSource } from "../../reference/formats/byte-source.ts";
import { transposed } from "../../reference/formats/checkpoint.ts";
import { openHuggingFace } from "../../reference/formats/hugging-face.node.ts";
import { openSafetensors, type Safetensors } from "../../reference/formats/safetensors.ts";
import type { Model } from "../../reference/models/model.ts";
import type { Case } from "../../reference/oracle/case.ts";
import { expectationOf } from "../../reference/oracle/expectation.ts";
import { judge } from "../../reference/oracle/judge.ts";
import type { Declaration } from "../../reference/oracle/kernel.ts";
import { modelOf } from "../../reference/oracle/model.ts";
import type { Numbers } from "../../reference/tensor.ts";

const folder = fileURLToPath(new URL("../../fixtures/checkpoints/", import.meta.url));

/** PyTorch on a processor: float32 sums in an order that it does not tell. Its tails are those of vector libraries. */
const TORCH: Omit<Declaration, "name"> = { accumulator: "f32", functions: "accurate", tails: "absolute" };

interface Call {
  readonly op: "linear" | "mul" | "layerNorm" | "rmsNorm" | "activate" | "rotary" | "attend";
  readonly at: string;
  readonly inputs: Readonly<Record<string, string>>;
  readonly output: string;
  readonly width?: number;
}

type Input = Case["inputs"][string];

const open = (path: string): Safetensors => openSafetensors(bytesSource(path, readFileSync(path)));

function input(file: Safetensors, name: string): Input {
  return { shape: file.entries.get(name)?.shape ?? [], numbers: Float32Array.from(file.numbers(name)) };
}

/** The weights of a checkpoint by their names in it, as float32: what the engine computed with. */
function weightsOf(name: string): (tensor: string) => Input | undefined {
  const files = readdirSync(`${folder}${name}`).filter((file) => /^model.*\.safetensors$/.test(file));
  const opened = files.map((file) => open(`${folder}${name}/${file}`));
  return (tensor) => {
    const home = opened.find((file) => file.entries.has(tensor));
    return home && input(home, tensor);
  };
}

/** The call as a case of the oracle. */
function caseOf(
  call: Call,
  id: string,
  trace: Safetensors,
  model: Model,
  weight: ReturnType<typeof weightsOf>,
) {
  const read = Object.entries(call.inputs).map(([key, name]) => [key, input(trace, name)] as const);
  const [gain, bias] = [weight(`${call.at}.weight`), weight(`${call.at}.bias`)];
  const { config } = model;
  const given = (
    attributes: Case["attributes"],
    more: Readonly<Record<string, Input | undefined>> = {},
  ): Case => ({
    ...{ id, op: call.op, dtype: "F32", tier: "bounded", attributes },
    inputs: Object.fromEntries([
      ...read,
      ...Object.entries(more).flatMap(([k, v]) => (v ? [[k, v] as const] : [])),
    ]),
  });
  switch (call.op) {
    case "linear":
      return given({}, { w: turned(gain ?? tied(weight)), b: bias });
    case "layerNorm":
      return given({ epsilon: config.epsilon }, { gain, bias });
    case "rmsNorm":
      return given({ epsilon: config.epsilon }, { gain });
    case "activate":
      return given({ f: config.activation });
    case "rotary":
      assert.ok("rotary" in config);
      return given({ ...config.rotary, K: config.sizes.K, start: 0 });
    case "mul":
      return given({});
    case "attend":
      return given({ K: config.sizes.K });
  }
}

function turned({ shape: [rows = 0, columns = 0], numbers }: Input): Input {
  return { shape: [columns, rows], numbers: transposed(numbers, rows, columns) };
}

/** The table that a head shares. */
function tied(weight: ReturnType<typeof weightsOf>): Input {
  const names = ["model.decoder.embed_tokens", "model.embed_tokens", "transformer.word_embeddings"];
  const [found] = names.flatMap((name) => weight(`${name}.weight`) ?? []);
  assert.ok(found);
  return found;
}

const traces = readdirSync(folder, { recursive: true, encoding: "utf8" })
  .filter((path) => /\/trace-/.test(path))
  .sort()
  .map((path) => {
    const [name = "", file = ""] = path.split("/");
    return { name, file };
  });

for (const { name, file } of traces)
  test(`${name}, ${file}: each operator is within the bound of float32 sums on what it read`, () => {
    const trace = open(`${folder}${name}/${file}`);
    const calls: readonly Call[] = JSON.parse(trace.metadata.get("calls") ?? "[]");
    const { model } = openHuggingFace(`${folder}${name}`);
    const weight = weightsOf(name);
    const seen = new Set<string>();
    for (const [i, call] of calls.entries()) {
      const given = caseOf(call, `${name}/${i}/${call.op}/${call.at}`, trace, model, weight);
      const expected = expectationOf(given, modelOf(TORCH, "F32"));
      const [output = ""] = Object.keys(expected.truth);
      const result: Numbers = trace.numbers(call.output);
      const judged = judge(given, { [output]: result }, expected);
      assert.deepEqual(judged.wrong, [], given.id);
      seen.add(call.op);
      if (i % 5 === 0) {
        const moved = result.slice();
        const at = Math.floor(moved.length / 2);
        moved[at] = (moved[at] ?? 0) + 2.5 * (expected.gauge[output]?.bound[at] ?? 0) + 2 ** -120;
        const changed = moved[at] !== result[at];
        assert.equal(judge(given, { [output]: moved }, expected).wrong.length, changed ? 1 : 0, given.id);
      }
    }
    const eagerFalcon = name.startsWith("falcon") && file.includes("eager");
    assert.ok(seen.has("linear") && seen.has("activate") && (seen.has("attend") || eagerFalcon));
  });
