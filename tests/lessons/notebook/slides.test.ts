import assert from "node:assert/strict";
import { test } from "node:test";
import { pageData } from "../../../lessons/notebook/page-data.ts";
import { slidesOf, slidesPage } from "../../../lessons/notebook/slides.ts";
import { cell, lessonOf, tools } from "./sample.ts";

const body = `Prose of the beginning.

*Is it so?*

## With an equation

A short sentence about it.

$$ y = x $$

::: notes
Say this.
:::

## With a cell

Look at this:

${cell("ts cell id=first slide", "1 + 1")}
::: notes
Ask the room.
:::

${cell("ts cell id=second", "2 + 2")}
::: quiz id=quiz-a
Which?

- [x] This.
  > Yes.
- [ ] That.
  > No.
:::
`;
const slides = () => slidesOf(lessonOf(body), {}, tools);

test("slidesOf(lesson) has the title with the question, sections that say something, marked cells and questions", () => {
  assert.deepEqual(
    slides().map(({ kind, title }) => [kind, title]),
    [
      ["title", "Sample"],
      ["section", "With an equation"],
      ["cell", "With a cell"],
      ["quiz", "With a cell"],
    ],
  );
  assert.match(slides()[0]?.html ?? "", /<h1>Sample<\/h1>[\s\S]*class="question"[\s\S]*Is it so\?/);
  assert.doesNotMatch(
    slides()
      .map(({ html }) => html)
      .join(),
    /2 \+ 2/,
  );
});

test("slidesOf(lesson) gives each slide the notes after it and the prose around it", () => {
  const [, equation, first] = slides();
  assert.match(equation?.notes ?? "", /Say this/);
  assert.match(first?.notes ?? "", /Ask the room/);
  assert.match(first?.prose ?? "", /Look at this/);
  assert.doesNotMatch(
    slides()
      .map(({ html }) => html)
      .join(),
    /Say this|Ask the room|Look at this/,
  );
});

test("slidesPage(lesson) hides notes from the room, says where each slide stands, and has one h1", () => {
  const lesson = lessonOf(body);
  const page = slidesPage(lesson, slides(), pageData(lesson));
  assert.equal(page.match(/<h1/g)?.length, 1);
  assert.equal(page.match(/<aside class="notes" hidden>/g)?.length, 4);
  assert.match(page, /aria-label="slide 2 of 4"/);
});
