// relukit oracle check as people run it: kernels that are right and wrong, adapters that misbehave, reports.
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { test } from "node:test";
import { ended } from "./command.ts";
import { adapter, at, smallSuite } from "./oracle-suite.ts";

const suite = await smallSuite();
const check = (...words: readonly string[]) => ended("oracle", "check", "--suite", suite, ...words);

test("check --kernel wasm passes, with a table and the verdict in the last line", async () => {
  const { code, out } = await check("--kernel", "wasm");
  assert.equal(code, 0);
  const lines = out.trimEnd().split("\n");
  assert.equal(lines[0], "relukit wasm: sums in f32, any order");
  assert.match(out, /^linear +F32 +5 +5 +– +0\.\d\d$/m);
  assert.match(lines.at(-1) ?? "", /^PASS {2}\d+ cases, (\d+) of \1 known bugs distinguishable in F32$/);
});

test("check takes relukit's own suite where none is named", async () => {
  const { code, out } = await ended(
    "oracle",
    "check",
    "--kernel",
    "reference",
    "--filter",
    "^append/bf16/rows$",
  );
  assert.equal(code, 0);
  assert.match(out, /PASS {2}1 case\b/);
});

test("check --cmd, --one-shot and --module take the same kernel in three ways", async () => {
  const module = at("kernel.mjs");
  writeFileSync(
    module,
    `export const kernel = {
      declaration: { name: "module", ops: ["add"] },
      run({ views, bytes }) {
        const [x, y, z] = views.map(({ offset, shape }) => new Float32Array(bytes.buffer, offset, shape[0] * shape[1]));
        for (let i = 0; i < z.length; i++) z[i] = x[i] + y[i];
        return { status: "ok" };
      },
    };`,
  );
  const declared = '{"name":"one shot","ops":["linear"]}';
  for (const words of [
    ["--cmd", adapter()],
    ["--one-shot", adapter(), "--declare", declared, "--filter", "random"],
    ["--module", module],
  ]) {
    const { code, out, err } = await check(...words);
    assert.equal(code, 0, `${words[0]}: ${err}`);
    assert.match(out, /^PASS {2}\d+ cases?/m, words[0]);
  }
});

test("an adapter that writes zeros exits 1, with the element, what is right, the bug, and the command to try again", async () => {
  const { code, out } = await check("--cmd", adapter("zeros 'a word'"), "--filter", "f32/(random|one)");
  assert.equal(code, 1);
  assert.match(out, /^FAIL {2}linear\/f32\/random\n {6}out\.y element 0 is 0; expected \S+ within \S+\n/m);
  assert.match(out, /^ {6}\d+ elements are wrong: every element\n {6}as if zeros are written \(H\/zeros\)$/m);
  assert.match(
    out,
    /^ {6}again: relukit oracle check --cmd '.* zeros '\\''a word'\\''' --suite \S+ --filter '\^linear\/f32\/random\$'$/m,
  );
  assert.match(out, /^FAIL {2}\d+ cases: \d+ fail, .*\n {6}likeliest: zeros are written \(H\/zeros\)/m);
});

test("an adapter that hangs, crashes, prints garbage or writes a short file is said to; the others run, and it exits 3", async () => {
  const said = {
    hangs: /^ERROR {2}linear\/f32\/random\n {6}adapter: did not answer .* within 1\.5 s/m,
    crashes: /^ERROR {2}linear\/f32\/random\n {6}adapter: .*exit code 9/m,
    garbage:
      /^ERROR {2}linear\/f32\/random\n {6}adapter: did not answer .*"no JSON at all", which is no JSON/m,
    short: /^ERROR {2}linear\/f32\/random\n {6}adapter: .*bytes/m,
  };
  await Promise.all(
    Object.entries(said).map(async ([word, sentence]) => {
      const { code, out } = await check("--cmd", adapter(word), "--filter", "f32/random", "--timeout", "1.5");
      assert.equal(code, 3, word);
      assert.match(out, sentence);
      assert.match(out, /^add +F32 +1 +1 /m, "the other operator ran");
      assert.match(out, /^ERROR {2}2 cases: 1 error/m);
    }),
  );
});

test("an adapter that does not start, or says nothing that is a hello, exits 3 in one sentence", async () => {
  for (const command of [
    "no-such-program",
    "exit 4",
    `${JSON.stringify(process.execPath)} -e 'console.log(5)'`,
  ]) {
    const { code, out, err } = await check("--cmd", command);
    assert.deepEqual([code, out], [3, ""], command);
    assert.match(err, /^(adapter: .*\n)*relukit: [^\n]+\n$/, command);
  }
});

test("--dtypes and --filter choose among what is declared; where nothing is left it exits 77 and says so", async () => {
  const { code, out } = await check("--kernel", "reference", "--dtypes", "bf16");
  assert.equal(code, 0);
  assert.ok(/BF16/.test(out) && !/F32/.test(out));
  const none = await check("--kernel", "wasm", "--dtypes", "BF16");
  assert.equal(none.code, 77);
  assert.match(
    none.err,
    /^relukit: the suite has no case of any operator in F32|^relukit: the suite has no case of embed, /,
  );
  assert.match(none.err, /in F32, which is what the kernel declares, among those of --dtypes BF16; /);
});

test("--xfail: known failures neither fail nor pass; alone they are INCONCLUSIVE; one that passes is named", async () => {
  const known = at("known.txt");
  writeFileSync(known, "linear/f32/random  # since May\n\n# add/f32/random\n");
  const zeros = ["--cmd", adapter("zeros"), "--xfail", known, "--filter"];
  const mixed = await check(...zeros, "f32/random");
  assert.equal(mixed.code, 0);
  assert.match(mixed.out, /^PASS {2}2 cases: 1 known to fail/m);
  assert.equal((await check(...zeros, "linear/f32/random")).code, 5);
  const mended = await check("--kernel", "wasm", "--xfail", known);
  assert.equal(mended.code, 0);
  assert.match(mended.out, /^ {6}known to fail, and passed: linear\/f32\/random$/m);
});

test("--min-coverage: too little that ran is INCONCLUSIVE, exit code 5", async () => {
  const words = ["--cmd", adapter("refuses"), "--filter", "f32/random"];
  const half = await check(...words);
  assert.equal(half.code, 0);
  assert.match(
    half.out,
    /^PASS {2}2 cases: 1 unsupported.*\n {6}50 % of the cases of what it declares ran$/m,
  );
  const { code, out } = await check(...words, "--min-coverage", "0.6");
  assert.equal(code, 5);
  assert.match(out, /^INCONCLUSIVE {2}2 cases/m);
});

test("--json prints one document; --report writes the four formats, several at once", async () => {
  const formats = ["json", "junit", "tap", "markdown"];
  const reports = formats.flatMap((format) => ["--report", `${format}=${at(`reports/${format}`)}`]);
  const { code, out } = await check("--cmd", adapter("zeros"), "--filter", "f32/one", "--json", ...reports);
  assert.equal(code, 1);
  const document = JSON.parse(out);
  assert.deepEqual(
    [document.verdict, document.exitCode, document.kernel.name],
    ["FAIL", 1, "adapter that is zeros"],
  );
  assert.match(document.suite, /^[0-9a-f]{64}$/);
  const read = (format: string): string => readFileSync(at(`reports/${format}`), "utf8");
  assert.equal(read("json"), out);
  assert.match(
    read("junit"),
    /^<\?xml .*\n<testsuites name="adapter that is zeros" tests="\d+" failures="\d+"/,
  );
  assert.match(read("tap"), /^TAP version 14\n1\.\.\d+\n/);
  assert.match(read("markdown"), /^\*\*FAIL\*\* – adapter that is zeros\n/);
});

test("--report that cannot be written exits 2, after the verdict is said", async () => {
  writeFileSync(at("file"), "");
  const { code, out, err } = await check("--kernel", "wasm", "--report", `tap=${at("file/report.tap")}`);
  assert.equal(code, 2);
  assert.match(out, /^PASS /m);
  assert.match(err, /^relukit: .*report\.tap.* cannot be written[^\n]*\n$/m);
});
