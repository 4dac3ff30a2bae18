// relukit aggregate, as a function: what it prints of small shipped models and a short text, and what it refuses.
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { ended } from "./command.ts";

const folder = mkdtempSync(join(tmpdir(), "relukit-"));
after(() => rmSync(folder, { recursive: true }));
const story = join(folder, "story.txt");
writeFileSync(
  story,
  "Once upon a time there was a little rabbit, and he lived in the Old Pasture. ".repeat(3),
);
const nothing = join(folder, "nothing.txt");
writeFileSync(nothing, "");

const relukit = (...words: readonly string[]) => ended("aggregate", ...words);
const draft = ["--model", "draft", "--text", story];

test("aggregate --json prints one document: curves that never rise, windows, reuse, use", async ({
  mock,
}) => {
  mock.timers.enable({ apis: ["Date"] }); // progress is told after a second, which a busy machine may take
  const { code, out, err } = await relukit(...draft, "--gamma", "2", "8", "--json");
  assert.deepEqual([code, err], [0, ""]);
  const found = JSON.parse(out);
  assert.equal(found.hasZeros, true);
  const firstOfAll = found.layers.map(({ sparsity }: { sparsity: number }) => sparsity);
  const [V, D, F, L] = [512, 64, 256, 2]; // the draft's
  assert.equal(found.skippableShare, (L * F * D) / (L * (4 * D * D + 2 * F * D) + V * D));
  assert.equal(found.unusedCurve[0], (found.skippableShare * (firstOfAll[0] + firstOfAll[1])) / 2);
  assert.deepEqual([found.T, found.windows, found.layers.length], [found.tokens - 1, 1, 2]);
  for (const { unused, windowed, sparsity, use } of found.layers) {
    assert.ok(unused.every((share: number, t: number) => t === 0 || share <= unused[t - 1]));
    assert.ok(Math.abs(windowed[0] - sparsity) < 1e-12);
    assert.equal(use.ranked.length, found.F);
  }
  assert.deepEqual(
    found.reuse.map(({ gamma }: { gamma: number }) => gamma),
    [2, 8],
  );
  for (const { nats, perplexity } of found.reuse)
    assert.ok(Math.abs(perplexity.loaded - Math.exp(nats.loaded)) < 1e-9 * perplexity.loaded);
});

test("aggregate prints a page of 100 columns at most, its rows aligned", async () => {
  const { code, out } = await relukit(...draft);
  assert.equal(code, 0);
  const lines = out.split("\n").slice(1);
  assert.ok(
    lines.every((line) => line.length <= 100 && line.trimEnd() === line),
    out,
  );
  const table = lines.slice(2, lines.indexOf("  by chance"));
  assert.equal(new Set(table.slice(1).map((line) => line.length)).size, 1, "curves end in one column");
  assert.match(out, /unused after t tokens/);
  assert.match(out, /perplexity while only loaded neurons may fire\n {2}gamma/);
});

test("aggregate of a model without zeros says so, says how to get some, and is no error", async () => {
  const silu = await relukit("--model", "draft", "--activation", "silu", "--text", story, "--gamma", "4");
  assert.equal(silu.code, 0);
  assert.match(silu.out, /Unused is 0 from the first token on: silu gave no exact zero/);
  assert.match(silu.out, /relukit relufy --stage 1/);
});

test("aggregate --max-tokens reads no more than that, and leaves out gammas that have no room", async () => {
  const { out } = await relukit(...draft, "--max-tokens", "9", "--json");
  const found = JSON.parse(out);
  assert.deepEqual([found.tokens, found.T], [9, 8]);
  assert.deepEqual(
    found.reuse.map(({ gamma }: { gamma: number }) => gamma),
    [1, 2, 4],
  );
});

const wrong: Readonly<Record<string, readonly [args: readonly string[], sentence: RegExp]>> = {
  "a gamma below 1": [[...draft, "--gamma", "0"], /is '0'; expected a whole number, 1 or more\n$/],
  "a gamma that is no number": [[...draft, "--gamma", "4", "many"], /is 'many'; expected/],
  "a gamma that the windows have no room for": [
    [...draft, "--max-tokens", "9", "--gamma", "5"],
    /^relukit: --gamma is 5, and the windows that the model reads of .*story.txt have 8 tokens; expected 4 at most, half of them\n$/,
  ],
  "a text that is too short": [
    ["--model", "draft", "--text", nothing],
    /^relukit: .*nothing.txt: is too short, 0 tokens have one after them; expected 2 at least: one to load neurons, one to reuse them\n$/,
  ],
  "no text": [["--model", "draft"], /^relukit: required option '--text <file>' not specified/],
};
for (const [what, [args, sentence]] of Object.entries(wrong)) {
  test(`aggregate with ${what} ends with code 2 and one sentence`, async () => {
    const { code, out, err } = await relukit(...args);
    assert.deepEqual([code, out], [2, ""]);
    assert.match(err, sentence);
  });
}
