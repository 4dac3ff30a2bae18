import assert from "node:assert/strict";
import { test } from "node:test";
import { numbersIn, type Placed, picture, viewOf, write } from "../../../reference/oracle/picture.ts";
import { poisonBits, poisonOutputs, untouched } from "../../../reference/oracle/poison.ts";

const DTYPES = ["F64", "F32", "F16", "BF16"] as const;

const made = (dtype: Placed["dtype"]) =>
  picture("op", {}, [
    { name: "in.x", dtype, shape: [2, 3] },
    { name: "out.y", dtype, shape: [4, 5], pitch: 8 },
    { name: "out.z", dtype, shape: [7] },
  ]);

test("poisonOutputs(picture, …) fills outputs with NaN, or with numbers of 16 to 24, and nothing else", () => {
  for (const dtype of DTYPES) {
    const one = made(dtype);
    const before = one.bytes.slice();
    poisonOutputs(one, "nan");
    const outputs = one.views.filter(({ name }) => name.startsWith("out."));
    for (const view of outputs) assert.ok(numbersIn(one, view).every(Number.isNaN), `${dtype} ${view.name}`);
    poisonOutputs(one, "numbers");
    for (const view of outputs) {
      const numbers = [...numbersIn(one, view)];
      assert.ok(
        numbers.every((x) => Math.abs(x) >= 16 && Math.abs(x) < 24),
        `${dtype} ${numbers}`,
      );
      assert.ok(numbers.some((x) => x < 0) && numbers.some((x) => x > 0), "of either sign");
      assert.ok(new Set(numbers).size > 1, "and not all the same");
    }
    const x = one.views[0];
    assert.ok(x && numbersIn(one, x).every((value) => value === 0), "inputs stay");
    for (const [from, to] of one.guards)
      assert.deepEqual(one.bytes.subarray(from, to), before.subarray(from, to));
  }
});

test("the poison of NaN has bits that no arithmetic makes", () => {
  for (const dtype of DTYPES) {
    const view = made(dtype).views[2];
    assert.ok(view);
    const one = made(dtype);
    write(one, view, new Float64Array(7).fill(Number.NaN));
    assert.deepEqual(untouched(one, view, "nan"), [], dtype);
  }
});

test("untouched(picture, view, poison) finds the elements that still hold their poison", () => {
  for (const dtype of DTYPES)
    for (const poison of ["nan", "numbers"] as const) {
      const one = made(dtype);
      const y = viewOf(one, "out.y");
      assert.ok(y);
      poisonOutputs(one, poison);
      assert.equal(untouched(one, y, poison).length, 20);
      assert.deepEqual(untouched(one, y, poison === "nan" ? "numbers" : "nan"), []);
      const numbers = numbersIn(one, y).map((_, i) => i);
      const bits = poisonBits(y, poison);
      write(one, y, numbers);
      const width = bits.length / 20;
      // elements 3 and 11 get their poison again: row 0, column 3, and row 2, column 1
      for (const i of [3, 11]) {
        const at = y.offset + (Math.floor(i / 5) * 8 + (i % 5)) * width;
        one.bytes.set(bits.subarray(i * width, (i + 1) * width), at);
      }
      assert.deepEqual(untouched(one, y, poison), [3, 11], `${dtype} ${poison}`);
    }
});
