// relukit oracle show: what can be looked at.
import assert from "node:assert/strict";
import { test } from "node:test";
import { ended } from "./command.ts";

const show = (...words: readonly string[]) => ended("oracle", "show", ...words);

test("show lists the operators with their equations, and the bugs of the catalogue", async () => {
  const { code, out, err } = await show();
  assert.deepEqual([code, err], [0, ""]);
  assert.match(out, /^linear {2,}\d+ {2}y\[t, o\] = Σ_i x\[t, i\] · w\[i, o\] \+ b\[o\]$/m);
  assert.match(out, /^M23 {2,}the last active neuron is dropped$/m);
  assert.match(out, /^H\/zeros {2,}zeros are written$/m);
});

test("show CASE has its numbers, truths and bounds, and what it tells apart; --rows says how many", async () => {
  const { code, out } = await show("activeLinear/f32/last-alone", "--rows", "3");
  assert.equal(code, 0);
  assert.match(out, /^activeLinear\/f32\/last-alone: y\[t, o\] = /);
  assert.match(out, /^tier {5}exact$/m);
  assert.match(out, /^in\.x F32 \[4, 19\] {2}0 0 0 …$/m);
  assert.match(out, /^out\.y\n( {2} +[012] {2}\d+ {2}bit for bit\n){3} {8}and 37 more$/m);
  assert.match(out, /^kills \d+ known bugs: .*\bM23\b/m);
});

test("show of another word exits 2 and names what is near", async () => {
  const { code, out, err } = await show("linear/f32/rand");
  assert.deepEqual([code, out], [2, ""]);
  assert.match(
    err,
    /^relukit: linear\/f32\/rand: is no case, operator or bug; .*did you mean linear\/f32\/random\?\n$/,
  );
});
