import assert from "node:assert/strict";
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { modelPath } from "../../bin/model-options.ts";
import { page } from "../../bin/speculate-page.ts";
import type { Report } from "../../bin/speculate-run.ts";
import { saveHuggingFace } from "../../reference/formats/hugging-face.node.ts";
import { writeHuggingFace } from "../../reference/formats/hugging-face-writer.ts";
import { initialOpt } from "../../reference/models/initialize.ts";
import { ended } from "./command.ts";

const folder = mkdtempSync(join(tmpdir(), "relukit-speculate-"));
after(() => rmSync(folder, { recursive: true }));

const speculate = (...words: readonly string[]) => ended("speculate", ...words);

function file(name: string, value: unknown): string {
  const path = join(folder, name);
  writeFileSync(path, typeof value === "string" ? value : JSON.stringify(value));
  return path;
}

/** The shipped draft, with something of its tokenizer.json changed. */
function draftWith(name: string, change: (tokenizer: Tokenizer) => void): string {
  const path = join(folder, name);
  cpSync(modelPath("draft"), path, { recursive: true });
  const tokenizer = JSON.parse(readFileSync(join(path, "tokenizer.json"), "utf8")) as Tokenizer;
  change(tokenizer);
  writeFileSync(join(path, "tokenizer.json"), JSON.stringify(tokenizer));
  return path;
}

interface Tokenizer {
  readonly model: { vocab: Record<string, number>; merges: unknown[] };
}

const theory = (...words: readonly string[]) => speculate("--theory", "--json", ...words);
const usual = ["--c", "0.02", "--gamma", "10", "--alpha", "0.8"];

test("speculate --theory --json prints theorem1, theorem2 and bestGamma, by the check values", async () => {
  const { code, out } = await theory(...usual, "--unused", "0.25");
  const found = JSON.parse(out);
  assert.equal(code, 0);
  assert.ok(Math.abs(found.theorem1 - 1.2 / 0.95) < 1e-12);
  assert.ok(Math.abs(found.theorem2 - 4.811056) < 5e-7);
  assert.equal(JSON.parse((await theory(...usual)).out).bestGamma, 11);
});

test("speculate --theory at alpha 1 is the limit", async () => {
  const { out } = await theory("--c", "0.1", "--gamma", "5", "--alpha", "1", "--unused", "0.5");
  assert.equal(JSON.parse(out).theorem2, 6);
});

test("speculate --theory --unused-curve takes s̄ of gamma from a file, and the best of its gammas", async () => {
  const shares = Array.from({ length: 12 }, (_, i) => 0.9 - 0.07 * i);
  const list = JSON.parse((await theory(...usual, "--unused-curve", file("list.json", shares))).out);
  assert.equal(list.unused, shares[9]);
  const records = shares.map((unused, i) => ({ gamma: i + 1, unused })).filter(({ gamma }) => gamma > 3);
  const some = JSON.parse((await theory(...usual, "--unused-curve", file("some.json", records))).out);
  assert.equal(some.theorem2, list.theorem2);
  assert.deepEqual([list.bestGamma, some.bestGamma], [1, 4]);
});

test("speculate --theory without --json prints the same in words", async () => {
  const { out } = await speculate("--theory", ...usual, "--unused", "0.25");
  assert.match(out, /theorem 2 {3}4\.8111 times plain dense decoding\n {2}best gamma {2}10, where/);
});

const words = ["--target", "opt-relu", "--draft", "draft", "--gamma", "3", "--tokens", "12", "--json"];
const measured = await speculate(...words, "--sparse", "--threads", "1");

test("speculate --target --draft measures: the greedy text, three numbers apart, shares and bytes", () => {
  assert.deepEqual([measured.code, measured.err], [0, ""]);
  const found = JSON.parse(measured.out);
  assert.equal(found.sameAsPlainGreedy, true);
  assert.equal(found.tokens.length, 12);
  const { unusedNeurons, perToken, flopRatio, byteRatio, modelledLatency, measuredLatency } = found;
  assert.equal(unusedNeurons.atGamma.layers.length, 4);
  assert.ok(unusedNeurons.atGammaPlusOne.mean < unusedNeurons.atGamma.mean);
  assert.ok(Math.abs(found.unusedWeights - 0.3 * unusedNeurons.atGammaPlusOne.mean) < 1e-6);
  assert.equal(perToken.plain.dense.multiplyAdds, 491520);
  assert.equal(perToken.plain.dense.bytesRead.f16, 2 * 491520);
  assert.ok(flopRatio.speculative < 1 && flopRatio.speculativeSparse > flopRatio.speculative);
  assert.ok(byteRatio.speculativeSparse > byteRatio.speculative);
  assert.ok(modelledLatency.theorem1 > 1 && modelledLatency.c > 0);
  assert.ok(measuredLatency.speedup > 0);
  assert.equal(found.windows.length, found.rounds);
  for (const { drafted, union, bytesRead } of found.windows) {
    assert.equal(drafted.length, 3);
    const used = (union as readonly string[]).map((mask) => mask.replaceAll("0", "").length);
    assert.ok((union as readonly string[]).every((mask) => /^[01]{384}$/.test(mask)));
    const idle = used.reduce((total, n) => total + 96 * (384 - n), 0);
    assert.equal(bytesRead.sparse.int8, 491520 - idle);
  }
});

test("speculate --target --draft says it in words: the text, that it is the target's own, the numbers one below the other", () => {
  const shown = page(JSON.parse(measured.out) as Report);
  assert.match(shown, /^Once upon a time/);
  assert.match(shown, /the same text as the target decoding greedily alone/);
  assert.match(shown, /FLOP ratio .*\n {2}modelled latency .*\n {2}measured latency /);
  assert.ok(shown.split("\n").every((line) => line.length <= 100));
});

const both = ["--target", "opt-relu", "--draft", "draft"];
const swapped = draftWith("swapped", ({ model: { vocab } }) => {
  const [a = "", b = ""] = Object.keys(vocab).slice(300, 302);
  [vocab[a], vocab[b]] = [vocab[b] ?? 0, vocab[a] ?? 0];
});
const shuffled = draftWith("shuffled", ({ model }) => {
  model.merges = [...model.merges.slice(100), ...model.merges.slice(0, 100)];
});

const larger = join(folder, "larger");
saveHuggingFace(
  larger,
  writeHuggingFace(
    initialOpt(
      {
        sizes: { V: 600, D: 4, F: 8, L: 1, N: 1, G: 1, K: 4, P: 16 },
        epsilon: 1e-5,
        activation: { kind: "relu", shift: 0 },
        afterNorm: { kind: "identity" },
      },
      1,
    ),
  ),
);
cpSync(join(modelPath("draft"), "tokenizer.json"), join(larger, "tokenizer.json"));

/** Wrong uses, each with the one sentence that it gets. */
const wrong: Readonly<Record<string, readonly [words: readonly string[], sentence: RegExp]>> = {
  "neither models nor theory": [
    [],
    /^relukit: --target is missing; expected --target and --draft, or --theory\n$/,
  ],
  "a target alone": [["--target", "opt-relu"], /^relukit: --draft is missing; expected/],
  "theory with models": [["--theory", ...both], /^relukit: --theory needs no model; expected/],
  "theory without alpha": [
    ["--theory", "--c", "0.1"],
    /^relukit: --theory lacks --alpha; expected --c C and/,
  ],
  "theory's numbers in a run": [[...both, "--alpha", "0.5"], /^relukit: --alpha goes with --theory; a run/],
  "gamma 0": [[...both, "--gamma", "0"], /is '0'; expected a whole number, 1 or more\n$/],
  "alpha above 1": [["--theory", "--alpha", "1.1"], /is '1\.1'; expected a number from 0 to 1\n$/],
  "unused below 0": [["--theory", "--unused=-1"], /is '-1'; expected a number from 0 to 1\n$/],
  "c below 0": [["--theory", "--c=-0.1"], /is '-0\.1'; expected a number, 0 or more\n$/],
  "two kinds of unused": [
    ["--theory", ...usual, "--unused", "0.1", "--unused-curve", "x"],
    /^relukit: --unused and --unused-curve are both given; expected one of them\n$/,
  ],
  "a curve that is no list": [
    ["--theory", ...usual, "--unused-curve", file("no-list.json", { gamma: 1 })],
    /^relukit: .*no-list\.json: is no JSON array with elements; expected \[s̄\(1\), s̄\(2\), …\] or/,
  ],
  "a curve that is no JSON": [
    ["--theory", ...usual, "--unused-curve", file("no-json.json", "0.9 0.8")],
    /no-json\.json: is no JSON array/,
  ],
  "a share above 1 in a curve": [
    ["--theory", ...usual, "--unused-curve", file("high.json", [0.9, 1.2])],
    /^relukit: .*high\.json: element 1 has unused 1\.2; expected a number in \[0, 1\]\n$/,
  ],
  "a gamma of 0 in a curve": [
    ["--theory", ...usual, "--unused-curve", file("zero.json", [{ gamma: 0, unused: 0.5 }])],
    /^relukit: .*zero\.json: element 0 has gamma 0; expected a whole number of 1 or more\n$/,
  ],
  "a gamma twice in a curve": [
    ["--theory", ...usual, "--unused-curve", file("twice.json", [0.5, { gamma: 1, unused: 0.5 }])],
    /element 1 has gamma 1 again; expected each gamma once\n$/,
  ],
  "an element of a curve that is no number": [
    ["--theory", ...usual, "--unused-curve", file("word.json", [0.9, "0.8"])],
    /word\.json: element 1 is "0\.8"; expected a number, or { "gamma": number, "unused": number }\n$/,
  ],
  "a gamma that the curve lacks": [
    ["--theory", ...usual, "--unused-curve", file("short.json", [0.9, 0.8])],
    /^relukit: .*short\.json: says nothing of gamma 10; expected one of 1, 2\n$/,
  ],
  "a round that takes no time": [
    ["--theory", "--c", "0", "--alpha", "0.5", "--unused", "1"],
    /^relukit: theorem\d: c is 0 and unused is 1, a round that takes no time; expected/,
  ],
  "a draft of another vocabulary": [
    ["--target", "opt-relu", "--draft", larger],
    /^relukit: .*larger: its vocabulary has 600 tokens; expected 512, the target's\n$/,
  ],
  "a draft whose tokens mean something else": [
    ["--target", "opt-relu", "--draft", swapped],
    /^relukit: .*swapped: its token \d+ is ".*"; expected ".*", as of the target\n$/,
  ],
  "a draft whose tokenizer cuts otherwise": [
    ["--target", "opt-relu", "--draft", shuffled],
    /^relukit: .*shuffled: its tokenizer cuts ".*" into \[.*\]; expected \[.*\], as of the target\n$/,
  ],
  "a gamma that the context has no room for": [
    [...both, "--gamma", "200", "--tokens", "4"],
    /^relukit: --gamma is 200; expected 1\d\d at most, what the context has room for after the \d+ tokens of the prompt\n$/,
  ],
  "a prompt that fills the context": [
    [...both, "--prompt", "e".repeat(128)],
    /^relukit: --prompt has 128 tokens; expected 127 at most, so that a drafted one has room\n$/,
  ],
  "a prompt beyond the context": [
    [...both, "--prompt", "The cat ".repeat(100)],
    /^relukit: --prompt has \d+ tokens; expected from 1 to 128, what both models can hold\n$/,
  ],
};

for (const [what, [words, sentence]] of Object.entries(wrong)) {
  test(`speculate refuses ${what} with one sentence and exit code 2`, async () => {
    const { code, out, err } = await speculate(...words);
    assert.deepEqual([code, out], [2, ""]);
    assert.match(err, sentence);
  });
}

test("speculate --tokenizer is for a model that has none beside it, and hides no other vocabulary", async () => {
  const bare = join(folder, "bare");
  cpSync(modelPath("draft"), bare, { recursive: true });
  rmSync(join(bare, "tokenizer.json"));
  const given = ["--tokenizer", join(modelPath("draft"), "tokenizer.json")];
  const words = ["--target", "draft", "--draft", bare, "--tokens", "4", "--json"];
  const lacking = await speculate(...words);
  assert.equal(lacking.code, 2);
  assert.match(lacking.err, /no tokenizer lies beside/);
  assert.equal((await speculate(...words, ...given)).code, 0);
  const other = draftWith("other", (tokenizer) => tokenizer.model.merges.reverse());
  const hidden = await speculate("--target", "draft", "--draft", other, ...given);
  assert.equal(hidden.code, 2);
  assert.match(hidden.err, /as of the target\n$/);
});
