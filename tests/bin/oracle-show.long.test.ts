// More that relukit oracle show shows; each reads the whole suite.
import assert from "node:assert/strict";
import { test } from "node:test";
import { ended } from "./command.ts";

const show = (...words: readonly string[]) => ended("oracle", "show", ...words);

test("show OPERATOR has its tensors, axes and cases", async () => {
  const { code, out } = await show("linear.gradient");
  assert.equal(code, 0);
  assert.match(out, /^inputs {3}dy \[T, O\], x \[T, I\], w \[I, O\], b \[O\] \(may be missing\)$/m);
  assert.match(out, /^outputs {2}dx \[T, I\], dw \[I, O\], db \[O\] \(may be missing\)$/m);
  assert.match(out, /^ {2}linear\.gradient\/f32\/random$/m);
});

test("show BUG has where it was seen, in which type it is equivalent, and what kills it", async () => {
  const { code, out } = await show("M23");
  assert.equal(code, 0);
  assert.match(out, /^M23: the last active neuron is dropped\nseen {5}\S.*\nkilled by \d+ cases\n/);
  const { out: all } = await show("M01", "--json");
  assert.deepEqual(
    JSON.parse(all).map(({ id }: { readonly id: string }) => id),
    ["M01/4", "M01/8", "M01/32"],
  );
});

test("show CASE --json has every number", async () => {
  const { out: json } = await show("activeLinear/f32/last-alone", "--json");
  const { outputs, inputs, kills } = JSON.parse(json);
  assert.deepEqual([outputs[0].truth.length, inputs.x.numbers.length, kills.includes("M23")], [40, 76, true]);
});
