import assert from "node:assert/strict";
import { test } from "node:test";
import { ended } from "./command.ts";

const ledger = (...words: readonly string[]) => ended("ledger", ...words);

test("ledger --model llama-7b at stage 2 with the head is 2.91 GFLOPs, and a byte of int8 a multiply-add", async () => {
  const zeros = ["--qkv", "0.51", "--down", "0.65", "--up", "0.67"];
  const { code, out } = await ledger("--model", "llama-7b", ...zeros, "--lm-head", "--json");
  const found = JSON.parse(out);
  assert.equal(code, 0);
  assert.equal(found.gflopsPerToken.toFixed(2), "2.91");
  const { f32, f16, int8 } = found.bytesPerToken;
  assert.ok(Math.abs(int8 / 1e9 - found.gflopsPerToken) < 1e-9);
  assert.deepEqual([f32 / int8, f16 / int8], [4, 2]);
  assert.deepEqual(Object.keys(found.perProjection), ["qkv", "output", "gate", "up", "down", "head"]);
  const independent = await ledger("--model", "llama-7b", ...zeros, "--lm-head", "--independent", "--json");
  assert.equal(JSON.parse(independent.out).gflopsPerToken.toFixed(2), "2.60");
});

test("ledger --model of a shipped model reads the sizes of its config.json", async () => {
  const found = JSON.parse((await ledger("--model", "opt-relu", "--json")).out);
  assert.deepEqual([found.sizes.D, found.sizes.F, found.sizes.L, found.gated], [96, 384, 4, false]);
  assert.equal(found.gflopsPerToken, (4 * 12 * 96 * 96) / 1e9);
  assert.equal(JSON.parse((await ledger("--model", "llama-relu", "--json")).out).gated, true);
});

test("ledger without --model prints every row of table 1 and marks those that are not reproduced", async () => {
  const { code, out, err } = await ledger();
  assert.deepEqual([code, err], [0, ""]);
  const marked = out.split("\n").filter((line) => line.endsWith("not reproduced"));
  assert.deepEqual(
    marked.map((line) => line.slice(0, 20).trim()),
    ["OPT 6.7B *", "OPT 6.7B stage 2 *", "OPT 1.3B *"],
  );
  assert.match(out, /^Falcon 7B stage 2 +56 +95 +56 +2\.25 +2\.55 +2\.2 {3}fits without head$/m);
  assert.ok(out.split("\n").every((line) => line.length <= 110));
  const { rows } = JSON.parse((await ledger("--json")).out);
  assert.equal(rows.length, 12);
});

test("ledger --model shows each projection beside its dense work", async () => {
  const { out } = await ledger("--model", "falcon-7b", "--down", "0.94");
  assert.match(out, /^ {2}down +159 M +2\.64 G +6\.0 %$/m);
  assert.match(out, /4\.142 GFLOPs a token/);
});

const wrong: Readonly<Record<string, readonly [words: readonly string[], sentence: RegExp]>> = {
  "a sparsity above 1": [
    ["--model", "llama-7b", "--qkv", "51"],
    /^relukit: option '--qkv <s>' is '51'; expected a number from 0 to 1\n$/,
  ],
  "a sparsity below 0": [
    ["--model", "llama-7b", "--down=-0.1"],
    /is '-0.1'; expected a number from 0 to 1\n$/,
  ],
  NaN: [["--model", "llama-7b", "--up", "NaN"], /is 'NaN'; expected a number from 0 to 1\n$/],
  "an unknown architecture": [
    ["--model", "falcn-7b"],
    /^relukit: falcn-7b: there is no such architecture, file or folder; expected falcon-7b, .*, or a path; did you mean falcon-7b\?\n$/,
  ],
  "a sparsity without a model": [
    ["--qkv", "0.5"],
    /^relukit: --qkv goes with --model; without it, table 1 is shown\n$/,
  ],
};

for (const [what, [words, sentence]] of Object.entries(wrong)) {
  test(`ledger refuses ${what} with one sentence and exit code 2`, async () => {
    const { code, out, err } = await ledger(...words);
    assert.deepEqual([code, out], [2, ""]);
    assert.match(err, sentence);
  });
}
