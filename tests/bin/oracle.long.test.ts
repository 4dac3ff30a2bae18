// What takes relukit oracle longer: a suite written anew, a scoreboard, and all cases on kernels that come with it.
import assert from "node:assert/strict";
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { ended } from "./command.ts";
import { at } from "./oracle-suite.ts";

test("cases writes into no folder that holds something else", async () => {
  mkdirSync(at("mine"));
  writeFileSync(join(at("mine"), "notes.txt"), "mine");
  const { code, err } = await ended("oracle", "cases", "--out", at("mine"));
  assert.equal(code, 2);
  assert.match(
    err,
    /relukit: .*mine: holds "notes\.txt"; expected an empty folder, or one with a suite[^\n]*\n$/,
  );
  assert.deepEqual(readdirSync(at("mine")), ["notes.txt"]);
});

test("cases writes the bytes of fixtures/oracle", async () => {
  const { code, out } = await ended("oracle", "cases", "--out", at("core"), "--json");
  assert.equal(code, 0);
  const fixture = fileURLToPath(new URL("../../fixtures/oracle/SHA256SUMS", import.meta.url));
  assert.equal(readFileSync(join(at("core"), "SHA256SUMS"), "utf8"), readFileSync(fixture, "utf8"));
  assert.equal(JSON.parse(out).folder, at("core"));
});

test("score --quick prints the scoreboard, ours without a miss or a false alarm", async () => {
  const { code, out } = await ended("oracle", "score", "--quick", "--dtypes", "F32", "--json");
  assert.equal(code, 0);
  const [ours] = JSON.parse(out).judges;
  assert.deepEqual([ours.name, ours.missed, ours.falseAlarms], ["relukit", [], 0]);
  const wrong = await ended("oracle", "score", "--checker", "mine");
  assert.equal(wrong.code, 2);
  assert.match(wrong.err, /^relukit: --checker is mine; expected one of assert_close, [^\n]+\n$/);
});

for (const kernel of ["wasm", "wasm-fused", "reference"])
  test(`check --kernel ${kernel} passes every case of the core suite`, async () => {
    const { code, out } = await ended("oracle", "check", "--kernel", kernel);
    assert.equal(code, 0, out);
    assert.match(out, /^PASS {2}\d+ cases/m);
  });
