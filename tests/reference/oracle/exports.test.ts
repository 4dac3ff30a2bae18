// Cases as .npy and as ONNX test data: bytes that the two formats' own descriptions give.
import assert from "node:assert/strict";
import { test } from "node:test";
import { caseOf } from "../../../reference/oracle/cases/making.ts";
import { asNpy, asOnnx, npy, tensorProto } from "../../../reference/oracle/exports.ts";
import { modelOf } from "../../../reference/oracle/model.ts";
import { gaugeOf, truthOf } from "../../../reference/oracle/truth.ts";

const text = (bytes: Uint8Array): string => new TextDecoder("latin1").decode(bytes);

test("npy(dtype, shape, numbers) is the magic, version 1.0, a header that fills 64 bytes, and the numbers", () => {
  const bytes = npy("F32", [2, 3], Float64Array.of(1, 2, 3, 4, 5, 6));
  assert.equal(text(bytes.subarray(0, 8)), "\x93NUMPY\x01\x00");
  const length = new DataView(bytes.buffer).getUint16(8, true);
  assert.equal((10 + length) % 64, 0);
  const header = text(bytes.subarray(10, 10 + length));
  assert.match(header, /^\{'descr': '<f4', 'fortran_order': False, 'shape': \(2, 3\), \} *\n$/);
  assert.deepEqual([...new Float32Array(bytes.slice(10 + length).buffer)], [1, 2, 3, 4, 5, 6]);
});

test("npy writes one axis as a tuple of one, half floats as they are, and bfloat16 widened", () => {
  assert.match(text(npy("F16", [3], Float64Array.of(1, 2, 3))), /'<f2'.*\(3,\)/);
  assert.match(text(npy("BF16", [1], Float64Array.of(1))), /'<f4'/);
});

test("tensorProto(name, dtype, shape, numbers) has dims, data_type, name and raw_data, field by field", () => {
  const bytes = tensorProto("x", "F32", [1, 300], new Float64Array(300));
  assert.deepEqual([...bytes.subarray(0, 5)], [0x08, 1, 0x08, 0xac, 0x02]); // 300 in two groups of seven bits
  assert.deepEqual([...bytes.subarray(5, 13)], [0x10, 1, 0x42, 1, 0x78, 0x4a, 0xb0, 0x09]); // 1,200 bytes of data
  assert.equal(bytes.length, 13 + 1200);
});

test("a case has a file for each input and output, truths in float64 beside their bounds", () => {
  const given = caseOf("linear", "F16", "exact", "export", (make) => ({
    x: make.whole([2, 3], 2),
    w: make.whole([3, 4], 2),
  }));
  const known = { given, truth: truthOf(given), gauge: gaugeOf(given, modelOf({}, "F16")) };
  const names = ["in.x.npy", "in.w.npy", "truth.y.npy", "bound.y.npy", "case.json"];
  assert.deepEqual(
    asNpy(known).map(({ name }) => name),
    names,
  );
  const folder = "test_data_set_0";
  assert.deepEqual(
    asOnnx(known).map(({ name }) => name),
    [`${folder}/input_0.pb`, `${folder}/input_1.pb`, `${folder}/output_0.pb`, "case.json"],
  );
});
