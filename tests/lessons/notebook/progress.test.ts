import assert from "node:assert/strict";
import { test } from "node:test";
import {
  begunLessons,
  exportProgress,
  forgetful,
  importProgress,
  type LessonProgress,
  nothing,
  openStore,
  readProgress,
  type Store,
  writeProgress,
} from "../../../lessons/notebook/page/progress.ts";

const some: LessonProgress = {
  texts: { a: 'const x = "</script>";\n', __proto__x: "y" },
  exercises: { one: "solved", two: "continued", three: "tried" },
  quizzes: { q: true, r: false },
};

test("progress comes back from a store as it was written", () => {
  const store = forgetful();
  assert.equal(writeProgress(store, "l00-a", some), true);
  assert.deepEqual(readProgress(store, "l00-a"), some);
  assert.deepEqual(readProgress(store, "l01-b"), nothing);
});

test("progress goes out as JSON and comes in elsewhere, lesson by lesson, and leaves other lessons alone", () => {
  const [here, there] = [forgetful(), forgetful()];
  writeProgress(here, "l00-a", some);
  writeProgress(here, "l02-c", { ...nothing, quizzes: { q: true } });
  writeProgress(there, "l00-a", { ...nothing, texts: { old: "old" } });
  writeProgress(there, "l01-b", some);
  const text = exportProgress(here);
  assert.deepEqual(Object.keys(JSON.parse(text) as object), ["format", "version", "lessons"]);
  assert.deepEqual(importProgress(there, text), ["l00-a", "l02-c"]);
  assert.deepEqual(readProgress(there, "l00-a"), some);
  assert.deepEqual(readProgress(there, "l01-b"), some);
  assert.deepEqual(begunLessons(there), ["l00-a", "l01-b", "l02-c"]);
});

test("writeProgress removes a lesson of which nothing is left", () => {
  const store = forgetful();
  writeProgress(store, "l00-a", some);
  writeProgress(store, "l00-a", nothing);
  assert.equal(store.length, 0);
});

test("begunLessons leaves alone what other pages keep", () => {
  const store = forgetful();
  store.setItem("theme", "dark");
  writeProgress(store, "l00-a", some);
  assert.deepEqual(begunLessons(store), ["l00-a"]);
  assert.doesNotMatch(exportProgress(store), /theme/);
});

const around = (lessons: string): string => `{"format":"relukit-progress","version":1,"lessons":${lessons}}`;

test("importProgress refuses a hostile file with a sentence, before anything is changed", () => {
  for (const [text, sentence] of [
    ["", /^the file is not JSON; expected what Export progress wrote$/],
    ["<html>", /^the file is not JSON/],
    ["null", /^the document is not an object/],
    ["[]", /^the document is not an object/],
    ["{}", /^the file is not an export of progress; expected format relukit-progress, version 1$/],
    ['{"format":"relukit-progress","version":2}', /not an export of progress/],
    [around("null"), /^lessons is not an object/],
    [around('{"l00-a":[]}'), /^l00-a is not an object/],
    [around('{"l00-a":{"texts":[]}}'), /^l00-a\.texts is not an object/],
    [around('{"l00-a":{"texts":{"a":1}}}'), /^l00-a\.texts\.a is 1; expected another kind$/],
    [around('{"l00-a":{"exercises":{"one":"cheated"}}}'), /^l00-a\.exercises\.one is "cheated"/],
    [around('{"l00-a":{"quizzes":{"q":"yes"}}}'), /^l00-a\.quizzes\.q is "yes"/],
    [around('{"l00-b":{"quizzes":{"q":true}},"l00-a":{"quizzes":7}}'), /^l00-a\.quizzes is not an object/],
  ] as const) {
    const store = forgetful();
    writeProgress(store, "l00-b", some);
    assert.throws(() => importProgress(store, text), { name: "RangeError", message: sentence });
    assert.deepEqual(begunLessons(store), ["l00-b"]);
    assert.deepEqual(readProgress(store, "l00-b"), some);
  }
});

test("importProgress takes a lesson of nothing, and leaves out fields it does not know", () => {
  const store = forgetful();
  assert.deepEqual(
    importProgress(store, around('{"l00-a":null,"l01-b":{"quizzes":{"q":true},"points":9}}')),
    [...["l00-a", "l01-b"]],
  );
  assert.deepEqual(readProgress(store, "l01-b"), { ...nothing, quizzes: { q: true } });
});

test("readProgress takes what it cannot read for nothing", () => {
  const store = forgetful();
  for (const text of ["{", "7", '{"texts":{"a":1}}', '{"exercises":{"one":"cheated"}}', "[]"]) {
    store.setItem("relukit:l00-a", text);
    assert.deepEqual(readProgress(store, "l00-a"), nothing, text);
  }
});

const broken = (): never => {
  throw new Error("QuotaExceededError");
};

test("writeProgress says when a full store keeps nothing, and readProgress reads none from a closed one", () => {
  const full: Store = { ...forgetful(), length: 0, setItem: broken };
  assert.equal(writeProgress(full, "l00-a", some), false);
  const closed: Store = { length: 0, key: broken, getItem: broken, setItem: broken, removeItem: broken };
  assert.equal(writeProgress(closed, "l00-a", nothing), false);
  assert.deepEqual(readProgress(closed, "l00-a"), nothing);
});

test("openStore gives a store that forgets where the browser has none", () => {
  const had = Object.getOwnPropertyDescriptor(globalThis, "localStorage");
  Object.defineProperty(globalThis, "localStorage", { configurable: true, get: broken });
  try {
    const { store, lasting } = openStore();
    assert.equal(lasting, false);
    assert.equal(writeProgress(store, "l00-a", some), true);
    assert.deepEqual(readProgress(store, "l00-a"), some);
  } finally {
    if (had === undefined) Reflect.deleteProperty(globalThis, "localStorage");
    else Object.defineProperty(globalThis, "localStorage", had);
  }
});
