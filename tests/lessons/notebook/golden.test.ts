import assert from "node:assert/strict";
import { test } from "node:test";
import type { Output } from "../../../lessons/notebook/cell.ts";
import { compare, type Golden, same } from "../../../lessons/notebook/golden.ts";
import { cell, lessonOf } from "./sample.ts";

const shown = (text: string): Output => ({ output_type: "execute_result", data: { "text/plain": text } });
const golden = (text: string): Golden => ({
  format: 1,
  hash: "",
  inputs: [],
  cells: { a: [shown(text)] },
  bits: {},
});
const differences = (info: string, got: string, wanted: string): string[] =>
  compare(lessonOf(cell(info, "1")), golden(wanted), new Map([["a", [shown(got)]]])).map(
    (one) => `${one.cell}: ${one.text}`,
  );

test("compare(lesson, golden, outputs) names the cell, the line and both texts where they differ", () => {
  assert.deepEqual(differences("ts cell id=a", "1\n2", "1\n3"), [
    "a: shows `2` on line 2; the golden has `3` (text/plain)",
  ]);
  assert.deepEqual(differences("ts cell id=a", "1", "1"), []);
});

test("compare(lesson, golden, outputs) skips a volatile cell and honours tol", () => {
  assert.deepEqual(differences("ts cell id=a volatile", "1", "2"), []);
  assert.deepEqual(differences("ts cell id=a tol=0.01", "loss 3.141", "loss 3.142"), []);
  assert.equal(differences("ts cell id=a tol=0.01", "loss 3.1", "loss 3.2").length, 1);
  assert.equal(differences("ts cell id=a tol=0.01", "los 3.1", "loss 3.1").length, 1);
});

test("compare(lesson, golden, outputs) sees outputs that are missing, new or of a cell that is gone", () => {
  const lesson = lessonOf(cell("ts cell id=b", "1"));
  assert.deepEqual(
    compare(lesson, golden("1"), new Map([["b", [shown("1")]]])).map(({ text }) => text),
    ["shows 1 outputs; the golden has 0", "golden.json has the cell a, which the lesson has not"],
  );
  assert.match(compare(lesson, undefined, new Map())[0]?.text ?? "", /golden\.json is missing/);
});

test("same(got, wanted, tol) is relative above 1 and absolute below", () => {
  assert.equal(same("1000", "1001", 0.002), true);
  assert.equal(same("0.001", "0.0025", 0.002), true);
  assert.equal(same("1 2", "1", 0.5), false);
});

test("compare(lesson, golden, outputs, bits) sees a last bit that no text shows", () => {
  const found = (info: string, bits: string): number =>
    compare(
      lessonOf(cell(info, "1")),
      { ...golden("1"), bits: { a: "00" } },
      new Map([["a", [shown("1")]]]),
      new Map([["a", bits]]),
    ).length;
  assert.equal(found("ts cell id=a", "00"), 0);
  assert.equal(found("ts cell id=a", "01"), 1);
});
