// relukit train and finetune as people run them: killed, resumed, refused, and what they leave behind.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { openHuggingFace } from "../../reference/formats/hugging-face.node.ts";
import { stream } from "../../reference/random.ts";
import { ended } from "./command.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "relukit-train-"));
after(() => rmSync(folder, { recursive: true }));
const at = (name: string): string => join(folder, name);

const words = ["the cat", "a dog", "sat", "ran", "on", "under", "the mat", "the tree", "and", "then"];
const draws = stream(1, "words");
const data = at("data.txt");
writeFileSync(data, Array.from({ length: 3000 }, () => words[draws.integer(words.length)]).join(" "));
const short = at("short.txt");
writeFileSync(short, "too short");

const lesson = (out: string, ...more: readonly string[]): readonly string[] => [
  ...["train", "--preset", "lesson", "--data", data, "--steps", "12", "--batch", "2", "--every", "4"],
  ...["--out", at(out), ...more],
];

const sha256 = (out: string, file = "model.safetensors"): string =>
  createHash("sha256")
    .update(readFileSync(join(at(out), file)))
    .digest("hex");

/** Runs the words, and kills them once the file was written a second time. In a process of its own, which no other test keeps waiting. */
const KILLER = `
  const { spawn } = require("node:child_process");
  const { existsSync, statSync } = require("node:fs");
  const [file, ...words] = process.argv.slice(1);
  const child = spawn(process.execPath, words, { stdio: "ignore" });
  let first;
  const timer = setInterval(() => {
    if (!existsSync(file)) return;
    const { mtimeMs } = statSync(file);
    first ??= mtimeMs;
    if (mtimeMs !== first) child.kill("SIGKILL");
  }, 2);
  child.on("exit", () => clearInterval(timer));
`;
const run = promisify(execFile);

test("train leaves a model that opens, the curve, and a checkpoint; one thread and two give the same bits", async () => {
  const { code, out } = await ended(...lesson("straight", "--threads", "1", "--json"));
  assert.equal(code, 0);
  const report = JSON.parse(out);
  assert.equal(report.sha256, sha256("straight"));
  assert.equal(report.tokensSeen, 12 * 2 * 64);
  assert.ok(report.validation.natsPerCharacter > 0 && report.validation.nGram5 > 0);
  assert.deepEqual(readdirSync(at("straight")).sort(), [
    "config.json",
    "model.safetensors",
    "tokenizer.json",
    "training.json",
    "training.safetensors",
  ]);
  const { model } = openHuggingFace(at("straight"));
  assert.equal(model.family, "opt");
  const { curve } = JSON.parse(readFileSync(join(at("straight"), "training.json"), "utf8"));
  assert.equal(curve.loss.length, 12);
  assert.ok(curve.loss[11] < curve.loss[0], "it learned something");

  assert.equal((await ended(...lesson("two", "--threads", "2"))).code, 0);
  assert.equal(sha256("two", "training.safetensors"), sha256("straight", "training.safetensors"));
});

test("a run that was killed goes on with --resume to the bits of one that was not", async () => {
  const long = (out: string): readonly string[] => [...lesson(out, "--threads", "1"), "--steps", "40"];
  assert.equal((await ended(...long("whole"))).code, 0);

  const file = join(at("killed"), "training.safetensors");
  await run(process.execPath, ["-e", KILLER, file, "bin/relukit.js", ...long("killed")], { cwd: root });
  assert.ok(!existsSync(join(at("killed"), "model.safetensors")), "it was killed before its end");
  writeFileSync(join(at("killed"), ".training.safetensors.1.part"), "half of a checkpoint"); // killed while it wrote
  assert.equal((await ended(...long("killed"), "--resume")).code, 0);
  for (const part of ["model.safetensors", "training.safetensors", "training.json"])
    assert.equal(sha256("killed", part), sha256("whole", part), part);
  assert.deepEqual(readdirSync(at("killed")).sort(), readdirSync(at("whole")).sort());
});

test("finetune goes on from a model with another activation", async () => {
  assert.equal((await ended(...lesson("base", "--threads", "1"))).code, 0);
  const tuned = ["finetune", "--model", at("base"), "--data", data, "--steps", "6", "--context", "32"];
  const { code, err } = await ended(...tuned, "--activation", "silu", "--out", at("tuned"), "--threads", "1");
  assert.equal(code, 0, err);
  const { model } = openHuggingFace(at("tuned"));
  assert.deepEqual(model.config.activation, { kind: "silu", shift: 0 });
  assert.equal(sha256("tuned", "tokenizer.json"), sha256("base", "tokenizer.json"));
  assert.notEqual(sha256("tuned"), sha256("base"));
});

const refusals: readonly (readonly [string, readonly string[], RegExp])[] = [
  ["a folder with a run in it", lesson("taken"), /taken: holds a run already; expected --resume, /],
  ["another seed to resume", lesson("taken", "--resume", "--seed", "2"), /its seed is 1; expected 2, /],
  [
    "nothing to resume",
    lesson("nothing", "--resume"),
    /nothing: holds no training\.safetensors to resume from; /,
  ],
  [
    "too short a text",
    lesson("s").map((word) => (word === data ? short : word)),
    /short\.txt: \d+ tokens to train on and \d+ to be judged on; /,
  ],
  ["a context beyond the model's", lesson("c", "--context", "129"), /--context is 129; expected 128 at most/],
  ["a folder below a file", lesson("data.txt/x"), /cannot be made: a part of its path is not a folder/],
  [
    "a missing text",
    lesson("m", "--data", at("none.txt")),
    /none\.txt: cannot be read: there is no such file/,
  ],
  [
    "threads of the reference",
    lesson("t", "--ops", "reference", "--threads", "2"),
    /--threads goes with --ops kernels/,
  ],
];
for (const [what, line, sentence] of refusals)
  test(`train refuses ${what}, in one sentence`, async () => {
    if (what.includes("run in it")) assert.equal((await ended(...lesson("taken"))).code, 0);
    const { code, err, out } = await ended(...line);
    assert.equal(code, 2);
    assert.match(err, sentence);
    assert.equal(err.trim().split("\n").length, 1);
    assert.equal(out, "");
  });

test("a loss that is not finite stops the run, with the step and the last good checkpoint", async () => {
  const { code, err } = await ended(...lesson("diverged", "--rate", "1e30"));
  assert.equal(code, 2);
  assert.match(
    err,
    /the loss is NaN at step \d+; .*diverged\/training\.safetensors is the last good checkpoint, of step 0/,
  );
  assert.ok(existsSync(join(at("diverged"), "training.safetensors")));
});
