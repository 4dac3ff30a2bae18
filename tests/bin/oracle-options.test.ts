// relukit oracle used wrongly: each time one sentence on stderr, exit code 2, and no stack trace.
import assert from "node:assert/strict";
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { openFile } from "../../reference/formats/file.node.ts";
import { openSafetensors } from "../../reference/formats/safetensors.ts";
import { ended } from "./command.ts";
import { adapter, at, smallSuite } from "./oracle-suite.ts";

const suite = await smallSuite();
const check = (...words: readonly string[]) => ended("oracle", "check", "--suite", suite, ...words);

/** Fails unless the command ends with 2 and that sentence alone. */
async function refused(words: readonly string[], sentence: RegExp, run = check): Promise<void> {
  const { code, out, err } = await run(...words);
  assert.deepEqual([code, out], [2, ""], words.join(" "));
  assert.match(err, /^relukit: [^\n]+\n$/, words.join(" "));
  assert.match(err, sentence);
}

const module = (name: string, text: string): string => {
  writeFileSync(at(name), text);
  return at(name);
};

test("a kernel has to be given, and one alone", async () => {
  await refused([], /no kernel is given; expected one of --cmd, --one-shot, --module, --kernel$/m);
  await refused(["--kernel", "wasm", "--cmd", "x"], /--cmd and --kernel exclude each other; expected one of/);
  await refused(["--kernel", "cuda"], /--kernel is cuda; expected one of wasm, /);
  await refused(["--kernel", "wasm", "--declare", "{}"], /--declare goes with --one-shot/);
  await refused(["--one-shot", "x", "--declare", '{"name":"x","ops":5}'], /--declare: .*ops/);
});

test("a module has to export a kernel that declares what it is, in fields that there are", async () => {
  await refused(["--module", at("nowhere.mjs")], /--module .*nowhere\.mjs cannot be loaded: /);
  await refused(
    ["--module", module("empty.mjs", "")],
    /exports no kernel; expected "kernel", as functionKernel/,
  );
  await refused(
    ["--module", module("null.mjs", "export const kernel = null;")],
    /a kernel without declaration or run/,
  );
  const misspelt = 'export const kernel = { declaration: { name: "k", acumulator: "f16" }, run() {} };';
  await refused(
    ["--module", module("misspelt.mjs", misspelt)],
    /"acumulator" is no field of a declaration; expected one of/,
  );
  await refused(
    ["--module", module("throws.mjs", "throw new Error('no GPU');")],
    /cannot be loaded: no GPU$/m,
  );
});

test("cases have to be there: --filter, --dtypes, --suite", async () => {
  const kernel = ["--kernel", "wasm"];
  await refused(
    [...kernel, "--filter", "gelu"],
    /--filter is gelu, which no case matches; expected a part of an id/,
  );
  await refused([...kernel, "--filter", "("], /--filter is \(; expected a regular expression: /);
  await refused(
    [...kernel, "--dtypes", "F32,FP8"],
    /--dtypes has "FP8"; expected some of F64, F32, F16, BF16/,
  );
  const run = (...words: readonly string[]) => ended("oracle", "check", ...words);
  await refused([...kernel, "--suite", at("nowhere")], /nowhere/, run);
});

test("reports, known failures and shares have to make sense", async () => {
  const kernel = ["--kernel", "wasm"];
  await refused(
    [...kernel, "--report", "html=x"],
    /--report is html=x; expected json, junit, tap, markdown, then = and a file/,
  );
  await refused([...kernel, "--report", "junit"], /--report is junit; expected/);
  await refused([...kernel, "--xfail", at("nowhere.txt")], /nowhere\.txt.* cannot be read/);
  await refused([...kernel, "--min-coverage", "2"], /--min-coverage/);
  await refused([...kernel, "--timeout", "0"], /--timeout/);
  await refused([...kernel, "--op", "add"], /--op goes with --tensors; the suite knows its own/);
  await refused([...kernel, "--no-such"], /unknown option '--no-such'/);
});

test("a suite in which a bit was changed is damaged: exit code 2, and nothing runs", async () => {
  const damaged = at("damaged");
  for (const folder of ["inputs", "truths", "."]) {
    mkdirSync(join(damaged, folder), { recursive: true });
    for (const { name } of readdirSync(join(suite, folder), { withFileTypes: true }).filter((one) =>
      one.isFile(),
    ))
      writeFileSync(join(damaged, folder, name), readFileSync(join(suite, folder, name)));
  }
  const run = () => ended("oracle", "check", "--kernel", "wasm", "--suite", damaged);
  assert.equal((await run()).code, 0);
  for (const name of [
    "inputs/linear.f32.safetensors",
    "truths/add.bf16.safetensors",
    "manifest.json",
    "SHA256SUMS",
  ]) {
    const path = join(damaged, name);
    const bytes = readFileSync(path);
    const bent = Buffer.from(bytes);
    bent[bytes.length - 9] = (bytes.at(-9) ?? 0) ^ 1;
    writeFileSync(path, bent);
    await refused([], /damaged/, run);
    writeFileSync(path, bytes);
  }
});

test("--dump-failing writes smaller cases that fail still, as pictures with what is right", async () => {
  const folder = at("failing");
  const { code, err } = await check(
    "--cmd",
    adapter("zeros"),
    "--filter",
    "linear/f32/random",
    "--dump-failing",
    folder,
  );
  assert.equal(code, 1);
  assert.ok(err.endsWith(`1 failing case, made small, is in ${folder}\n`), err);
  assert.deepEqual(readdirSync(folder).sort(), [
    "linear-f32-random.safetensors",
    "linear-f32-random.truth.safetensors",
  ]);
  const picture = openSafetensors(openFile(join(folder, "linear-f32-random.safetensors")));
  assert.deepEqual(picture.entries.get("in.x")?.shape, [1, 1]);
  assert.equal(picture.metadata.get("op"), "linear");
  const truth = openSafetensors(openFile(join(folder, "linear-f32-random.truth.safetensors")));
  const [y = 0] = truth.numbers("truth.y");
  const [bound = 0] = truth.numbers("bound.y");
  assert.ok(Math.abs(y) > bound && bound > 0, "zero is wrong there");
  assert.equal((await check("--kernel", "wasm", "--filter", "add", "--dump-failing", at("none"))).code, 0);
  assert.ok(!readdirSync(at(".")).includes("none"), "nothing fails, nothing is written");
});

test("the help of every command has its options, and what exit codes say", async () => {
  const wanted = {
    check:
      "cmd one-shot module kernel declare suite extended filter dtypes strict min-coverage xfail timeout report tensors op attributes dump-failing json",
    cases: "out json",
    score: "checker dtypes quick json",
    show: "rows json",
  };
  for (const [command, options] of Object.entries(wanted)) {
    const { code, out } = await ended("oracle", command, "--help");
    assert.equal(code, 0);
    for (const option of options.split(" ")) assert.ok(out.includes(`--${option}`), `${command} --${option}`);
  }
  const { out } = await ended("oracle", "check", "--help");
  assert.match(out, /Exit codes: 0 PASS, 1 FAIL, 2 wrong use/);
});
