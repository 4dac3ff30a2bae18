import assert from "node:assert/strict";
import { test } from "node:test";
import { listLessons, problemLine, runLessons } from "../../../lessons/notebook/index.ts";
import { sources } from "../../../lessons/notebook/sources.node.ts";
import { cell, rootOf } from "./sample.ts";

test("runLessons(root) stops a cell that fills the memory, and says so", async () => {
  const hog = [
    "const held: number[][] = [];",
    "for (;;) held.push(new Array<number>(1e6).fill(held.length + 0.5));",
  ];
  const [run] = await runLessons(rootOf({ "l00-hog": cell("ts cell id=a timeout=120", ...hog) }));
  assert.match(run?.problems[0]?.text ?? "", /^held more than \d+ MB and was stopped$/);
});

test("runLessons(root) passes every lesson of this kit, with fresh goldens", async () => {
  const runs = await runLessons(sources);
  assert.deepEqual(runs.flatMap(({ problems }) => problems).map(problemLine), []);
  assert.deepEqual(
    listLessons(sources).filter(({ golden }) => golden !== "fresh"),
    [],
  );
});
