import assert from "node:assert/strict";
import { test } from "node:test";
import { jsonObject } from "../../../reference/formats/json.ts";
import { json, refuses } from "./files.ts";

const parse = (text: string) => jsonObject(text, "f.json", "header");

test("jsonObject(text) gives what JSON.parse gives", () => {
  const text = '{"a": [1, {"b": "x\\"y:{"}], "c": {"a": null}, "": "\\\\"}';
  assert.deepEqual(parse(text), JSON.parse(text));
});

test("jsonObject(text) refuses a name given twice, at any depth, in any spelling", () => {
  refuses(
    () => parse('{"a":1,"b":2,"a":3}'),
    'f.json: header has the name "a" twice; expected each name once',
  );
  refuses(
    () => parse('{"a":1,"\\u0061":3}'),
    'f.json: header has the name "a" twice; expected each name once',
  );
  refuses(
    () => parse('[{"x":{"é" :1,"\\u00e9"\n:2}}]'.slice(1, -1)),
    'f.json: header has the name "é" twice; expected each name once',
  );
  refuses(
    () => parse('{"__proto__":1,"__proto__":2}'),
    'f.json: header has the name "__proto__" twice; expected each name once',
  );
});

test("jsonObject(text) takes the same name in two objects, and as a value", () => {
  assert.doesNotThrow(() => parse('{"a":{"a":"a"},"b":["a","a",{"a":1},{"a":2}]}'));
});

test("jsonObject(text) keeps a member called __proto__ a member", () => {
  const value = parse('{"__proto__":{"dtype":"F32"}}');
  assert.deepEqual(Object.keys(value), ["__proto__"]);
  assert.equal(Object.getPrototypeOf(value), Object.prototype);
});

test("jsonObject(text) refuses what is not JSON, and what is not an object", () => {
  refuses(() => parse("{"), "f.json: header is not valid JSON; expected a JSON object");
  refuses(() => parse(""), "f.json: header is not valid JSON; expected a JSON object");
  refuses(() => parse("[1]"), "f.json: header is an array; expected a JSON object");
  refuses(() => parse("null"), "f.json: header is null; expected a JSON object");
  refuses(() => parse("1"), "f.json: header is a number; expected a JSON object");
});

test("jsonObject(text) bears a hundred thousand nested arrays", () => {
  assert.throws(() => parse("[".repeat(100_000)), /f.json: header is not valid JSON/);
});

test("a value nested a hundred thousand deep is refused like any other", () => {
  const deep = `{"a":${"[".repeat(1e5)}${"]".repeat(1e5)}}`;
  refuses(
    () => json(deep).get("a").text(),
    "file.json: a is nested too deeply to be shown; expected a string",
  );
});

test("a JsonField says where it is, what it is, and what was expected", () => {
  const root = json({ a: { b: [1, "x", { c: null }] }, n: 1.5, flag: "yes" });
  const list = root.get("a").get("b").list();
  refuses(() => list[1]?.real(), 'file.json: a.b[1] is "x"; expected a number');
  refuses(() => list[2]?.get("c").text(), "file.json: a.b[2].c is null; expected a string");
  refuses(() => root.get("none").text(), "file.json: none is missing; expected a string");
  refuses(() => root.get("flag").flag(), 'file.json: flag is "yes"; expected true or false');
  refuses(() => root.get("n").whole(0, 10), "file.json: n is 1.5; expected a whole number from 0 to 9");
  refuses(() => root.get("n").list(), "file.json: n is 1.5; expected an array");
  refuses(() => root.get("n").members(), "file.json: n is 1.5; expected an object");
  refuses(
    () => root.text(),
    'file.json: text is {"a":{"b":[1,"x",{"c":null}]},"n":1.5,"flag":"yes"}; expected a string',
  );
});

test("a JsonField takes a default for what is missing or null, and never for what is wrong", () => {
  const root = json({ nothing: null, wrong: "x" });
  assert.deepEqual(
    [root.get("nothing").real(2), root.get("none").flag(true), root.get("none").text("t")],
    [2, true, "t"],
  );
  refuses(
    () => root.get("wrong").whole(0, 4, 1),
    'file.json: wrong is "x"; expected a whole number from 0 to 3',
  );
});

test("a JsonField has no member that its object only inherits", () => {
  assert.ok(json({}).get("toString").absent);
  assert.ok(json({}).get("__proto__").absent);
});

test("a JsonField that is not an object has no members to ask for; one that is missing has none", () => {
  const root = json({ list: [1], text: "x", nothing: null });
  refuses(() => root.get("list").get("a"), "file.json: list is [1]; expected an object");
  refuses(() => root.get("text").get("length"), 'file.json: text is "x"; expected an object');
  assert.ok(root.get("nothing").get("a").absent);
  refuses(() => root.get("none").get("a").text(), "file.json: none.a is missing; expected a string");
});
