// The reference against recorded outputs of ONNX Runtime's optimized CPU kernels: fixtures/record/onnxruntime made them.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { bytesSource } from "../../reference/formats/byte-source.ts";
import { openSafetensors } from "../../reference/formats/safetensors.ts";
import { type Matrix, map, matrixOf, vectorOf } from "../../reference/tensor.ts";
import { type Judged, judgements, type Recorded, violation } from "./bounds.ts";

const folder = new URL("../../fixtures/golden/onnxruntime/", import.meta.url);
const files = readdirSync(folder).filter((name) => name.endsWith(".safetensors"));

interface GoldenCase {
  readonly id: string;
  readonly result: Matrix;
  readonly judged: Judged;
}

function goldenCases(file: string): readonly GoldenCase[] {
  const tensors = openSafetensors(bytesSource(file, readFileSync(new URL(file, folder))));
  const listed: readonly { id: string; attributes: Record<string, number | string> }[] = JSON.parse(
    tensors.metadata.get("cases") ?? "[]",
  );
  const judge = judgements[tensors.metadata.get("operator") ?? ""];
  assert.ok(judge, `${file} records an operator without a bound`);
  return listed.map(({ id, attributes }) => {
    const shaped = (name: string) => {
      const [rows = 0, columns = 1] = tensors.entries.get(`${id}/${name}`)?.shape ?? [];
      return matrixOf<never, never>(tensors.numbers(`${id}/${name}`), rows, columns);
    };
    const recorded: Recorded = {
      matrix: shaped,
      vector: (name) => vectorOf(tensors.numbers(`${id}/${name}`)),
      number: (name) => Math.fround(Number(attributes[name])), // the engine read it as a float32
      text: (name) => String(attributes[name]),
    };
    return { id, result: shaped("result"), judged: judge(recorded) };
  });
}

for (const file of files) {
  test(`${file.replace(".safetensors", "")}: the reference and ONNX Runtime agree within the elementwise bound`, () => {
    const cases = goldenCases(file);
    assert.ok(cases.length >= 3);
    for (const { id, result, judged } of cases) assert.equal(violation(result, judged), undefined, id);
  });

  test(`${file.replace(".safetensors", "")}: any one recorded number, moved by more than twice its bound, is refused`, () => {
    for (const { id, result, judged } of goldenCases(file)) {
      for (const [i, value] of result.data.entries()) {
        const step = 2.001 * (judged.bound.data[i] ?? 0) + Math.abs(value) * 1e-15 + 2 ** -149;
        const moved = i % 2 === 0 ? value + step : value - step;
        assert.ok(violationAt(moved, judged, i), `${id}: element ${i} moved by ${step} passes`);
      }
    }
  });
}

/** Judges one number in the place of element i. */
function violationAt(value: number, { truth, bound }: Judged, i: number): string | undefined {
  const one = (value = Number.NaN) => matrixOf(new Float64Array([value]), 1, 1);
  return violation(one(value), { truth: one(truth.data[i]), bound: one(bound.data[i]) });
}

test("the recorded files are the ones that were recorded, to the byte: SHA256SUMS", () => {
  const sums = readFileSync(new URL("SHA256SUMS", folder), "utf8").trim().split("\n");
  assert.deepEqual(sums.map((line) => line.split("  ")[1]).sort(), [...files].sort());
  for (const line of sums) {
    const [sum, file = ""] = line.split("  ");
    const found = createHash("sha256")
      .update(readFileSync(new URL(file, folder)))
      .digest("hex");
    assert.equal(found, sum, `${file} was changed; record it anew with fixtures/record/onnxruntime`);
  }
});

test("every recorded file says where its numbers come from", () => {
  for (const file of files) {
    const { metadata } = openSafetensors(bytesSource(file, readFileSync(new URL(file, folder))));
    for (const key of [
      "engine",
      "version",
      "provider",
      "optimization",
      "threads",
      "processor",
      "date",
      "command",
    ]) {
      assert.ok(metadata.get(key), `${file}: ${key}`);
    }
  }
});

test("a NaN or another shape is outside every bound", () => {
  const [first] = goldenCases("linear.safetensors");
  assert.ok(first);
  assert.match(
    violation(
      map(first.result, () => Number.NaN),
      first.judged,
    ) ?? "",
    /is NaN/,
  );
  assert.match(
    violation(matrixOf(new Float64Array(2), 1, 2), first.judged) ?? "",
    /it is \[1,2\]; expected \[1, 1\]/,
  );
});
