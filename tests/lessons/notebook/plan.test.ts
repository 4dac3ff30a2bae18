import assert from "node:assert/strict";
import { test } from "node:test";
import { type Desk, plan, type Wish } from "../../../lessons/notebook/page/plan.ts";
import type { PageCell } from "../../../lessons/notebook/page-data.ts";

const cell = (id: string, kind: PageCell["kind"] = "cell", keys: PageCell["keys"] = {}): PageCell => ({
  ...{ id, kind, keys, text: `${id}'s text` },
});
const cells = [
  cell("a"),
  cell("bad", "cell", { "type-error": 2345 }),
  cell("one", "exercise"),
  cell("solution-one", "solution", { for: "one" }),
  cell("spec-one", "spec", { for: "one" }),
  cell("check-one", "check", { for: "one" }),
  cell("b"),
  cell("two", "exercise"),
  cell("solution-two", "solution", { for: "two" }),
  cell("check-two", "check", { for: "two" }),
  cell("c"),
];
const nobody: Desk = { texts: new Map(), own: new Set() };
const desk = (...own: readonly string[]): Desk => ({ texts: new Map(), own: new Set(own) });
const ids = (wish: Wish, at: Desk = nobody): string[] => plan(cells, wish, at).map((one) => one.cell.id);

test("plan(all) runs the solutions for a reader who did nothing, and neither checks nor what must not compile", () => {
  assert.deepEqual(ids({ kind: "all" }), ["a", "solution-one", "b", "solution-two", "c"]);
});

test("plan(all) runs the reader's own answers in the solutions' places", () => {
  assert.deepEqual(ids({ kind: "all" }, desk("one")), ["a", "one", "b", "solution-two", "c"]);
  assert.deepEqual(ids({ kind: "all" }, desk("one", "two")), ["a", "one", "b", "two", "c"]);
});

test("plan(cell) runs from the top to that cell", () => {
  assert.deepEqual(ids({ kind: "cell", id: "a" }), ["a"]);
  assert.deepEqual(ids({ kind: "cell", id: "b" }), ["a", "solution-one", "b"]);
  assert.deepEqual(ids({ kind: "cell", id: "b" }, desk("one")), ["a", "one", "b"]);
});

test("plan(cell) of an exercise runs its own text; of a solution, that one, whoever stands for the exercise", () => {
  assert.deepEqual(ids({ kind: "cell", id: "one" }), ["a", "one"]);
  assert.deepEqual(ids({ kind: "cell", id: "solution-one" }, desk("one")), ["a", "solution-one"]);
  assert.deepEqual(ids({ kind: "cell", id: "two" }, desk("one")), ["a", "one", "b", "two"]);
});

test("plan(check) runs the exercise's own text, its spec and its check, and stops there", () => {
  assert.deepEqual(ids({ kind: "check", exercise: "one" }), ["a", "one", "spec-one", "check-one"]);
  assert.deepEqual(ids({ kind: "check", exercise: "two" }), ["a", "solution-one", "b", "two", "check-two"]);
  assert.deepEqual(ids({ kind: "check", exercise: "two" }, desk("one")), [
    "a",
    "one",
    "b",
    "two",
    "check-two",
  ]);
});

test("plan(check) runs the reader's text of an exercise that was left for the reference answer", () => {
  assert.deepEqual(ids({ kind: "check", exercise: "one" }, desk("two")), [
    "a",
    "one",
    "spec-one",
    "check-one",
  ]);
});

test("plan gives the reader's text where there is one, and the lesson's elsewhere", () => {
  const texts = new Map([["a", "mine"]]);
  const planned = plan(cells, { kind: "cell", id: "b" }, { texts, own: new Set() });
  assert.deepEqual(
    planned.map(({ text }) => text),
    ["mine", "solution-one's text", "b's text"],
  );
});

test("plan is empty for a cell and a check that are not there", () => {
  assert.deepEqual(ids({ kind: "cell", id: "none" }), []);
  assert.deepEqual(ids({ kind: "check", exercise: "none" }), []);
});
