import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { instructorPage } from "../../../lessons/notebook/instructor.ts";
import { schedule, sharedOut } from "../../../lessons/notebook/schedule.ts";
import { cell, lessonOf } from "./sample.ts";

test("sharedOut(total, weights) gives whole parts that sum to the total, none more than one off its share", () => {
  const weights = fc.array(fc.integer({ min: 0, max: 1000 }), { minLength: 1, maxLength: 12 });
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 500 }), weights, (total, parts) => {
      const got = sharedOut(total, parts);
      assert.equal(
        got.reduce((sum, part) => sum + part, 0),
        total,
      );
      const sum = parts.reduce((all, part) => all + part, 0);
      if (sum > 0)
        for (const [at, part] of got.entries())
          assert.ok(Math.abs(part - (total * (parts[at] ?? 0)) / sum) < 1);
    }),
  );
});

const exercise = [
  cell("ts exercise id=ex-a minutes=3 difficulty=1", "const a = 0;"),
  cell("ts solution for=ex-a", "const a = 1;"),
  cell("ts check for=ex-a", 'check("a is 1", a, 1);'),
].join("\n");
const lesson = lessonOf(
  `Words at first.\n\n## One\n\n${"word ".repeat(90)}\n\n::: notes\n${"said ".repeat(900)}\n:::\n\n## Two\n\n${exercise}`,
);

test("schedule(lesson) shares the minutes over the sections by their words, but not by the presenter's", () => {
  const [first, one, two] = schedule(lesson);
  assert.deepEqual([first?.title, one?.title, two?.title], ["The question", "One", "Two"]);
  assert.equal(one?.read, 1);
  assert.deepEqual(two?.exercises, [{ id: "ex-a", title: "Exercise", minutes: 3 }]);
});

test("instructorPage(lessons) links each section of the schedule to the instructor's edition", () => {
  const page = instructorPage([lesson]);
  assert.match(page, /href="l00-sample\.instructor\.html#s-one"/);
  assert.match(page, /href="l00-sample\.slides\.html"/);
  assert.match(page, /href="l00-sample\.instructor\.html#ex-a">Exercise<\/a>, 3 min/);
});
