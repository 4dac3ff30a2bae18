// Recorded outputs of ONNX Runtime's optimized CPU kernels before the oracle, and the reference beside them:
// fixtures/record/onnxruntime made them.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { bytesSource } from "../../reference/formats/byte-source.ts";
import { openSafetensors } from "../../reference/formats/safetensors.ts";
import { reference } from "../../reference/ops/reference.ts";
import { pictureOf } from "../../reference/oracle/case.ts";
import { judge, type Wrong } from "../../reference/oracle/judge.ts";
import { operatorKernel } from "../../reference/oracle/operator-kernel.ts";
import { numbersIn } from "../../reference/oracle/picture.ts";
import type { Numbers } from "../../reference/tensor.ts";
import { folder, type Recorded, recordedIn } from "./recorded.ts";

const files = readdirSync(folder).filter((name) => name.endsWith(".safetensors"));
const ofFloat64 = operatorKernel({ name: "reference" }, reference, {}, Float64Array);

const opened = new Map<string, readonly Recorded[]>();
function recorded(file: string): readonly Recorded[] {
  const found = opened.get(file) ?? recordedIn(file);
  opened.set(file, found);
  return found;
}

/** What is wrong with an answer in the place of the recorded one. */
function wrongIn({ given, expected }: Recorded, answer: Numbers): readonly Wrong[] {
  const [output = ""] = Object.keys(expected.truth);
  return judge(given, { [output]: answer }, expected).wrong;
}

/** What the reference gives, rounded to float32. */
async function referenceOf({ given }: Recorded): Promise<Numbers> {
  const picture = pictureOf(given);
  assert.deepEqual(await ofFloat64.run(picture), { status: "ok" });
  const [output] = picture.views.filter(({ name }) => name.startsWith("out."));
  assert.ok(output);
  return numbersIn(picture, output);
}

for (const file of files) {
  const operator = file.replace(".safetensors", "");

  test(`${operator}: ONNX Runtime and the reference are within the bound that the oracle proves`, async () => {
    const cases = recorded(file);
    assert.ok(cases.length >= 3);
    for (const one of cases) {
      assert.equal(one.result.length, Object.values(one.expected.truth)[0]?.hi.length, one.given.id);
      assert.deepEqual(wrongIn(one, one.result), [], `${one.given.id}, recorded`);
      assert.deepEqual(wrongIn(one, await referenceOf(one)), [], `${one.given.id}, by the reference`);
    }
  });

  test(`${operator}: any one recorded number, moved by more than twice its bound, is refused`, () => {
    for (const one of recorded(file)) {
      const [gauge] = Object.values(one.expected.gauge);
      const moved = Float64Array.from(one.result, (value, i) => {
        const step = 2.001 * (gauge?.bound[i] ?? 0) + Math.abs(value) * 1e-15 + 2 ** -149;
        return i % 2 === 0 ? value + step : value - step;
      });
      const refused = wrongIn(one, moved).map(({ index }) => index);
      assert.deepEqual(refused, [...moved.keys()], one.given.id);
    }
  });
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

test("a NaN, or a number too few, is outside every bound", () => {
  const [first] = recorded("linear.safetensors");
  assert.ok(first);
  const indices = (answer: Numbers) => wrongIn(first, answer).map(({ index }) => index);
  assert.deepEqual(indices(first.result.map(() => Number.NaN)), [...first.result.keys()]);
  assert.deepEqual(indices(first.result.subarray(1)), [first.result.length - 1]);
});
