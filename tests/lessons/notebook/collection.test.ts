import assert from "node:assert/strict";
import { test } from "node:test";
import type { Message, Output } from "../../../lessons/notebook/cell.ts";
import { Collection } from "../../../lessons/notebook/collection.ts";

type Shown = Message & { readonly type: "output" };
const value = (text: string): Output => ({ output_type: "display_data", data: { "text/plain": text } });
const line = (text: string): Output => ({ output_type: "stream", name: "stdout", text: `${text}\n` });
const shown = (output: Output, cell = "a"): Shown => ({ type: "output", cell, output });
const again = (output: Output, cell = "a"): Shown => ({ ...shown(output, cell), again: true });

/** What a collection holds of cell a after these. */
function collected(...messages: readonly Shown[]): readonly Output[] | undefined {
  const collection = new Collection();
  collection.begin("a");
  for (const message of messages) collection.add(message);
  return collection.by.get("a");
}

test("Collection keeps outputs in order, and a cell that shows nothing", () => {
  assert.deepEqual(collected(), []);
  assert.deepEqual(collected(shown(value("1")), shown(value("2"))), [value("1"), value("2")]);
});

test("Collection makes one output of lines printed one after the other", () => {
  const lines = collected(shown(line("a")), shown(line("b")), shown(value("1")), shown(line("c")));
  assert.deepEqual(lines, [{ ...line("a"), text: "a\nb\n" }, value("1"), line("c")]);
});

test("Collection puts a redraw in the place of the last one, whatever was shown in between", () => {
  assert.deepEqual(collected(again(value("1")), again(value("2")), again(value("3"))), [value("3")]);
  assert.deepEqual(collected(shown(value("0")), again(value("1")), shown(value("x")), again(value("2"))), [
    ...[value("0"), value("2"), value("x")],
  ]);
});

test("Collection keeps cells apart, redraws included", () => {
  const collection = new Collection();
  for (const cell of ["a", "b"]) {
    collection.begin(cell);
    collection.add(again(value(`${cell}1`), cell));
    collection.add(again(value(`${cell}2`), cell));
  }
  assert.deepEqual(
    [...collection.by],
    [
      ["a", [value("a2")]],
      ["b", [value("b2")]],
    ],
  );
});
