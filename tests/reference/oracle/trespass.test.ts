import assert from "node:assert/strict";
import { test } from "node:test";
import { pictureOf } from "../../../reference/oracle/case.ts";
import type { Kernel } from "../../../reference/oracle/kernel.ts";
import { numbersIn, type Picture } from "../../../reference/oracle/picture.ts";
import { places } from "../../../reference/oracle/trespass.ts";
import { and, linear, misdeeds, tried, view } from "./tried.ts";

const at = (name: string): number => view(pictureOf(linear), name).offset;
const poke = (byte: (picture: Picture) => number): Kernel =>
  and((picture) => {
    picture.bytes[byte(picture)] = 0;
  });
const outside = (byte: number, where: string): readonly string[] => [
  `writes outside: byte ${byte} of the picture, ${where}, was written; expected writes inside of outputs alone`,
];

test("a byte outside is found before, after and between the rows of an output, and in the head", async () => {
  const [x, y] = [at("in.x"), at("out.y")];
  assert.deepEqual(misdeeds(await tried(poke(() => x - 1))), outside(x - 1, "before in.x"));
  const end = y + 3 * 8 * 4;
  assert.deepEqual(misdeeds(await tried(poke(() => end))), outside(end, "past or between the rows of out.y"));
  assert.deepEqual(
    misdeeds(await tried(poke(() => y + 24))),
    outside(y + 24, "past or between the rows of out.y"),
  );
  assert.deepEqual(
    misdeeds(await tried(poke(() => y - 1))),
    outside(y - 1, "past or between the rows of in.w"),
  );
  assert.deepEqual(misdeeds(await tried(poke(() => 9))), outside(9, "in its head"));
  const trial = await tried(poke(({ bytes }) => bytes.length - 1));
  assert.deepEqual([trial.status, trial.wrong.length], ["FAIL", 0], "though every number is right");
});

test("a kernel that changes an input is told which elements, and the next run gets it as it was", async () => {
  const seen: number[] = [];
  const trial = await tried(
    and((picture) => {
      const w = view(picture, "in.w");
      seen.push(numbersIn(picture, w)[2] ?? 0);
      picture.bytes.fill(0x40, w.offset + 8, w.offset + 17);
    }),
  );
  assert.deepEqual(misdeeds(trial), [
    "changes an input: in.w was changed at elements 2, 3, 4; expected inputs as they were",
  ]);
  assert.equal(new Set(seen).size, 1);
});

test("places(indices) names three of them", () => {
  assert.equal(places([7]), "element 7");
  assert.equal(places([7, 8]), "elements 7, 8");
  assert.equal(places([1, 2, 3, 5, 8]), "elements 1, 2, 3 and 2 more");
});
