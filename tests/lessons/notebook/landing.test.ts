// The first page shows what a shipped model did: the recording is held to the model, the counts to the recording's bits.
import assert from "node:assert/strict";
import { readFileSync, statSync } from "node:fs";
import { test } from "node:test";
import { recording } from "../../../fixtures/record/lessons/landing.ts";
import { indexPage } from "../../../lessons/notebook/landing.ts";
import {
  ages,
  byAge,
  columns,
  dots,
  firing,
  flowing,
  packed,
  type Recording,
  rowsUpTo,
  shareSkipped,
  whole,
} from "../../../lessons/notebook/picture.ts";
import { lessonIds, readLesson } from "../../../lessons/notebook/shelf.node.ts";
import { sources } from "../../../lessons/notebook/sources.node.ts";
import { reference } from "../../../reference/ops/reference.ts";
import { lessonOf } from "./sample.ts";

const file = new URL("../../../fixtures/lessons/landing.json", import.meta.url);
const committed = JSON.parse(readFileSync(file, "utf8")) as Recording;
const lessons = lessonIds(sources).map((id) => readLesson(sources, id));
const page = indexPage(lessons, committed);
const slice = 20;

/** The ones among all bits of the recording, counted without the functions that the page uses. */
const ones = committed.tokens
  .flatMap(({ fires }) => [...Buffer.from(fires, "base64")])
  .reduce((sum, byte) => sum + byte.toString(2).replaceAll("0", "").length, 0);
const all = committed.tokens.length * committed.sizes.L * committed.sizes.F;

test("fixtures/lessons/landing.json begins with what the shipped model writes and what fires in it", () => {
  assert.deepEqual({ ...committed, tokens: committed.tokens.slice(0, slice) }, recording(slice));
});

test("recording(n, reference) is the same where every row is read: the skipped ones change no bit", () => {
  assert.deepEqual(recording(5, reference).tokens, committed.tokens.slice(0, 5));
});

test("the recording's bytes of a weight are those of the model's file, and the recording is small", () => {
  const model = readFileSync(new URL(`../models/${committed.model}/model.safetensors`, file));
  const header = model.subarray(8, 8 + Number(model.readBigUInt64LE(0))).toString();
  const types = new Set([...header.matchAll(/"dtype":"(\w+)"/g)].map(([, type]) => type));
  assert.deepEqual([...types], ["BF16"]);
  assert.equal(committed.bytesPerWeight, 2);
  assert.ok(statSync(file).size < 90_000, `${statSync(file).size} bytes`);
});

test("firing(packed(bits)) gives the set bits back, layer by layer", () => {
  const bits = [true, false, false, true, false, true, false, false, false, true];
  const token = { text: "", fires: packed(bits) };
  assert.deepEqual(firing(token, { L: 2, F: 5, D: 1 }), [
    [0, 3],
    [0, 4],
  ]);
  assert.equal(token.fires, "KQI=", "bits 0, 3, 5 of the first byte and 1 of the second: 0x29 0x02");
});

test("firing refuses bits of another model", () => {
  assert.throws(() => firing({ text: "", fires: "KQI=" }, { L: 2, F: 9, D: 1 }), {
    name: "RangeError",
    message: "firing: fires has 2 bytes; expected 3, a bit for each of L = 2 layers of F = 9 neurons",
  });
});

test("rowsUpTo sums what is read and what is skipped, from nothing to all of a recording", () => {
  assert.deepEqual(
    rowsUpTo(
      [
        [[1], []],
        [[0, 1], [2]],
      ],
      { L: 2, F: 3, D: 1 },
    ),
    [
      { read: 0, skipped: 0 },
      { read: 1, skipped: 5 },
      { read: 4, skipped: 8 },
    ],
  );
  const fired = committed.tokens.map((token) => firing(token, committed.sizes));
  assert.deepEqual(rowsUpTo(fired, committed.sizes).at(-1), { read: ones, skipped: all - ones });
  assert.equal(shareSkipped({ read: 1, skipped: 3 }), 0.75);
  assert.equal(shareSkipped({ read: 0, skipped: 0 }), 0);
});

test("flowing makes spaces of line ends, and one line end of several, in the token where it stood", () => {
  assert.deepEqual(flowing(["a\nb", "\n", "\n", "c\n\n", "\nd"]), ["a b", "\n", "", "c\n", "d"]);
});

test("dots(neurons) draws each in its place, and byAge keeps a neuron at its last firing", () => {
  assert.equal(dots([0, 2, columns + 1]), "M0.5 0.5h0M2.5 0.5h0M1.5 1.5h0");
  const fired = [[[7]], [[1, 2]], [[2, 3]]];
  assert.deepEqual(byAge(fired, 0, 2), [[2, 3], [1], [7], ...Array.from({ length: ages - 3 }, () => [])]);
  assert.deepEqual(byAge(fired, 0, -1).flat(), []);
});

test("indexPage holds the whole story, its last state and its counts before any script runs", () => {
  const text = page
    .replace(/<[^>]*>/g, "")
    .replaceAll("&quot;", '"')
    .replaceAll("&#39;", "'");
  const story = flowing([committed.prompt, ...committed.tokens.map((token) => token.text)]).join("");
  assert.ok(text.includes(story), story);
  assert.ok(page.includes(`<dd class="rows">${whole(ones)}</dd>`), `${ones} rows read`);
  assert.ok(page.includes(`<dd class="rows">${whole(all - ones)}</dd>`), `${all - ones} rows skipped`);
  const share = `${((100 * (all - ones)) / all).toFixed(1)}\u00a0%`;
  assert.ok(text.includes(`${share} of them were skipped`), share);
  const last = firing(committed.tokens.at(-1) ?? { text: "", fires: "" }, committed.sizes);
  assert.equal(page.match(/class="layer"/g)?.length, committed.sizes.L);
  for (const neurons of last) assert.ok(page.includes(`<path class="age0" d="${dots(neurons)}"/>`));
});

test("indexPage has one h1, a picture with a label, three cards, and a rung with a place for progress per lesson", () => {
  assert.equal(page.match(/<h1/g)?.length, 1);
  assert.match(page, /role="img" aria-label="4 layers of 384 dots/);
  assert.equal(page.match(/<section class="card">/g)?.length, 3);
  for (const { front } of lessons)
    assert.ok(page.includes(`<span class="progress" data-progress="${front.id}" hidden></span>`), front.id);
});

test("indexPage links to lessons that exist, to all of them, and to nothing else but itself", () => {
  const main = page.slice(page.indexOf("<main"), page.indexOf("</main>"));
  const links = [...main.matchAll(/href="([^"]*)"/g)].map(([, link]) => link);
  const there = lessons.map(({ front }) => `${front.id}.html`);
  assert.deepEqual([...new Set(links)].sort(), there);
});

test("each card of indexPage leads to two lessons or three", () => {
  for (const [card] of page.matchAll(/<section class="card">.*?<\/section>/g))
    assert.match(`${card.match(/<a href=/g)?.length}`, /^[23]$/, card);
  for (const id of ["l00", "l06", "l07", "l09", "l14"])
    assert.match(
      page,
      new RegExp(
        `<li><a href="${id}-[a-z]+\\.html"><span class="number" aria-hidden="true">${id.slice(1)}</span><span>`,
      ),
    );
});

test("indexPage of a site with other lessons has no cards and no link to what is not there", () => {
  const other = indexPage([lessonOf("Words.\n")], committed);
  assert.doesNotMatch(other, /class="card"|id="start"/);
  assert.deepEqual(
    [...other.matchAll(/href="([^"]*\.html)"/g)].map(([, link]) => link),
    ["index.html", "instructor.html", "api/index.html", "l00-sample.html"],
  );
});
