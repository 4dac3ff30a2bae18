// relukit oracle check --tensors: laws asked of a kernel on tensors of one's own.
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { test } from "node:test";
import { ended } from "./command.ts";
import { adapter, at, tensors } from "./oracle-suite.ts";

const laws = (file: string, op: string, ...words: readonly string[]) =>
  ended("oracle", "check", "--tensors", file, "--op", op, ...words);
const wasm = ["--kernel", "wasm"];
const linear = tensors("linear.safetensors", { x: [3, 5], w: [5, 4], b: [4] });

async function refused(words: readonly string[], sentence: RegExp): Promise<void> {
  const { code, out, err } = await ended("oracle", "check", ...wasm, ...words);
  assert.deepEqual([code, out], [2, ""], words.join(" "));
  assert.match(err, /^relukit: [^\n]+\n$/);
  assert.match(err, sentence);
}

test("--tensors asks the laws of the operator, on tensors by their names or with in. before them", async () => {
  const named = tensors("named.safetensors", { "in.x": [3, 5], "in.w": [5, 4] });
  for (const [file, sizes] of [
    [linear, "x [3, 5], w [5, 4], b [4]"],
    [named, "x [3, 5], w [5, 4]"],
  ] as const) {
    const { code, out } = await laws(file, "linear", ...wasm);
    assert.equal(code, 0);
    const [head, , ...lines] = out.trimEnd().split("\n");
    assert.equal(head, `linear in F32 on ${sizes}`);
    assert.equal(lines.length, 6);
    for (const line of lines) assert.match(line, /^HOLDS {3}\S/);
  }
});

test("a law that is broken exits 1 and says what was seen; --json says the same as a document", async () => {
  const layer = tensors("layer.safetensors", { x: [2, 3], up: [3, 4], down: [4, 3] });
  const f = ["--attributes", '{"f":{"kind":"fatrelu","threshold":30,"shift":0},"skip":true}'];
  assert.equal((await laws(layer, "feedForward", ...wasm, ...f)).code, 0);
  const { code, out } = await laws(linear, "linear", "--cmd", adapter("drifts"), "--json");
  assert.equal(code, 1);
  const { op, dtype, exitCode, laws: held } = JSON.parse(out);
  assert.deepEqual([op, dtype, exitCode], ["linear", "F32", 1]);
  const [broken] = held.filter(({ verdict }: { readonly verdict: string }) => verdict === "BROKEN");
  assert.match(broken.sentence, /^out\.y element 0 is \S+ where the other call says \S+; expected /);
});

test("a call that fails exits 3, and where no law is about the operator 77", async () => {
  const fails = 'export const kernel = { declaration: { name: "k" }, run() { throw new Error("no GPU"); } };';
  writeFileSync(at("fails.mjs"), fails);
  const { code, out } = await laws(linear, "linear", "--module", at("fails.mjs"));
  assert.equal(code, 3);
  assert.match(out, /^ERROR {3}rows in reverse give the answers in reverse\n {8}no GPU$/m);
  const turn = tensors("turn.safetensors", { x: [2, 4] });
  const rotation = '{"K":4,"start":0,"base":10000,"pairing":"interleaved"}';
  const none = await laws(turn, "rotary", ...wasm, "--attributes", rotation);
  assert.equal(none.code, 77);
  assert.match(none.out, /no law here is about rotary/);
});

test("the operator has to be one, and the file to have its tensors, of its shapes and one type", async () => {
  await refused(["--tensors", linear], /--op is missing; expected one of embed, /);
  await refused(["--tensors", linear, "--op", "matmul"], /--op is matmul; expected one of/);
  await refused(
    ["--tensors", linear, "--op", "unembed"],
    /linear\.safetensors: has no tensor table; expected the inputs of unembed/,
  );
  const crooked = tensors("crooked.safetensors", { x: [3, 5], w: [4, 5] });
  await refused(
    ["--tensors", crooked, "--op", "linear"],
    /w is \[4, 5\]; expected \[I, O\] with I = 5, as in x$/m,
  );
  const flat = tensors("flat.safetensors", { x: [3, 5], w: [25] });
  await refused(["--tensors", flat, "--op", "linear"], /w is \[25\]; expected \[I, O\]$/m);
  const mixed = tensors("mixed.safetensors", { x: [3, 5], w: [5, 4] }, "F32", { w: "F16" });
  await refused(
    ["--tensors", mixed, "--op", "linear"],
    /has x in F32, w in F16; expected one type, of F64, F32, F16, BF16/,
  );
  const ids = tensors("ids.safetensors", { x: [3, 5], w: [5, 4] }, "F32", { x: "I32", w: "I32" });
  await refused(["--tensors", ids, "--op", "linear"], /expected one type/);
  await refused(["--tensors", linear, "--op", "linear", "--filter", "x"], /--filter is about the suite/);
  await refused(["--tensors", linear, "--op", "linear", "--report", "tap=x"], /--report is about the suite/);
});

test("attributes that the operator needs have to be there, and to be what they should", async () => {
  const norm = tensors("norm.safetensors", { x: [3, 5], gain: [5] });
  const asked = ["--tensors", norm, "--op", "rmsNorm"];
  await refused(asked, /--attributes has no epsilon; expected, for rmsNorm, epsilon: a number of 0 or more/);
  await refused([...asked, "--attributes", "[1]"], /--attributes is \[1\]; expected a JSON object/);
  await refused(
    [...asked, "--attributes", '{"epsilon":"small"}'],
    /--attributes has epsilon = "small"; expected/,
  );
  const x = tensors("x.safetensors", { x: [2, 6] });
  const activate = ["--tensors", x, "--op", "activate", "--attributes"];
  await refused(
    [...activate, "{}"],
    /--attributes has no f; expected, for activate, f: an activation, such as/,
  );
  for (const f of [
    '{"kind":"rely","shift":0}',
    '{"kind":"relu"}',
    '{"kind":"swish","shift":0}',
    '{"kind":"fatrelu","shift":0}',
    "5",
  ])
    await refused([...activate, `{"f":${f}}`], /--attributes has f = /);
  const turn = '{"K":3,"start":0,"base":10000,"pairing":"half-split"}';
  await refused(
    ["--tensors", x, "--op", "rotary", "--attributes", turn],
    /has K = 3; expected, for rotary, K: the width of a head, even/,
  );
});

test("sizes have to go with each other, and ids to be below V", async () => {
  const heads = tensors("heads.safetensors", { q: [4, 6], k: [3, 4], v: [3, 4] });
  const attend = ["--tensors", heads, "--op", "attend", "--attributes"];
  await refused([...attend, '{"K":4}'], /rows of 6 numbers; expected heads of K = 4/);
  await refused(
    [...attend, '{"K":2}'],
    /q has 3 heads, k 2; expected each head of k to be shared by as many of q/,
  );
  await refused([...attend, '{"K":1}'], /q has 6 heads, k 4/);
  const late = tensors("late.safetensors", { q: [4, 4], k: [3, 4], v: [3, 4] });
  await refused(
    ["--tensors", late, "--op", "attend", "--attributes", '{"K":2}'],
    /q has 4 rows, k 3; expected as many keys/,
  );
  const parts = tensors("parts.safetensors", { dy: [4, 2], past: [1, 2], next: [2, 2] });
  await refused(["--tensors", parts, "--op", "append.gradient"], /dy has 4 rows; expected P \+ T = 3/);
  const tokens = tensors("tokens.safetensors", { tokens: [2], table: [2, 3] }, "F32", { tokens: "I32" });
  await refused(
    ["--tensors", tokens, "--op", "embed"],
    /tokens element 1 is 2; expected an id below V = 2$/m,
  );
});
