// The command as people run it: words in, two streams and an exit code out, in this process and as one of its own.
// The model is a tiny random one, written by the project's own writer.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";
import { saveHuggingFace } from "../../reference/formats/hugging-face.node.ts";
import { writeHuggingFace } from "../../reference/formats/hugging-face-writer.ts";
import { initialLlama } from "../../reference/models/initialize.ts";
import { map, type Tensor } from "../../reference/tensor.ts";
import { mapTensors } from "../../reference/weights.ts";
import { type Ended, ended } from "./command.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "relukit-"));
after(() => rmSync(folder, { recursive: true }));

const { model: tokenizerModel, added_tokens } = JSON.parse(
  readFileSync(join(root, "fixtures/tokenizers/llama.json"), "utf8"),
);
const V =
  Math.max(
    ...Object.values<number>(tokenizerModel.vocab),
    ...(added_tokens as readonly { id: number }[]).map(({ id }) => id),
  ) + 1;
const silu = { kind: "silu", shift: 0 } as const;
const tiny = initialLlama(
  {
    sizes: { V, D: 8, F: 12, L: 2, N: 2, G: 1, K: 4, P: 64 },
    epsilon: 1e-5,
    activation: silu,
    afterNorm: { kind: "identity" },
    rotary: { base: 10000, pairing: "half-split" },
  },
  1,
);

function saved(name: string, change: (tensor: Tensor, path: string) => Tensor = (tensor) => tensor): string {
  const path = join(folder, name);
  saveHuggingFace(path, writeHuggingFace({ ...tiny, weights: mapTensors(tiny.weights, change) }));
  copyFileSync(join(root, "fixtures/tokenizers/llama.json"), join(path, "tokenizer.json"));
  return path;
}

const model = saved("model");
const poisoned = saved("poisoned", (w, path) => (path.endsWith("0.down") ? map(w, () => Number.NaN) : w));
const text = join(folder, "text.txt");
writeFileSync(text, "The cat sat on the mat, and the dog sat on the cat.");
const broken = join(folder, "broken.bin");
writeFileSync(broken, new Uint8Array(10));
const empty = join(folder, "empty.bin");
writeFileSync(empty, "");

const relukit = ended;

/** The command as a process. */
const spawned = (...words: readonly string[]): Promise<Ended> =>
  new Promise((resolve) => {
    execFile(process.execPath, [join(root, "bin/relukit.js"), ...words], (error, out, err) => {
      resolve({ code: typeof error?.code === "number" ? error.code : error ? -1 : 0, out, err });
    });
  });

const generate = (...args: readonly string[]) =>
  relukit("generate", "--model", model, "--tokens", "8", ...args);
const greedy = (...args: readonly string[]) =>
  generate("--temperature", "0", "--prompt", "The cat", "--json", ...args);
const inspect = (...args: readonly string[]) =>
  relukit("inspect", "--model", model, "--text", text, "--json", ...args);

/** Wrong uses, each with the one sentence that it gets. */
const wrong: Readonly<Record<string, readonly [args: readonly string[], sentence: RegExp]>> = {
  "an unknown command": [["genrate"], /^relukit: unknown command 'genrate'; did you mean generate\?\n$/],
  "an unknown option": [
    ["generate", "--model", "x", "--tokenz", "4"],
    /^relukit: unknown option '--tokenz'; did you mean --tokens\?\n$/,
  ],
  "no model": [["generate"], /^relukit: required option '-m, --model <path>' not specified/],
  "an experiment whose document cannot be written": [
    ["experiment", "after", "--out", "/proc/after.json"],
    /^relukit: \/proc\/after\.json: cannot be written: .*\n$/,
  ],
  "an experiment whose document would be a directory": [
    ["experiment", "after", "--out", folder],
    /^relukit: --out is .*, a directory; expected the path of a file\n$/,
  ],
  "a path that is empty": [
    ["inspect", "--model", "", "--tokenizer", "x"],
    /^relukit: an empty path: cannot be opened: there is no such file or folder\n$/,
  ],
  "a word for a number": [
    ["generate", "--model", "x", "--tokens", "many"],
    /is 'many'; expected a whole number, 1 or more\n$/,
  ],
  "an unknown activation": [
    ["inspect", "--model", "x", "--activation", "rleu"],
    /is 'rleu'; expected one of relu, /,
  ],
  "a missing file": [
    ["generate", "--model", join(folder, "none")],
    /^relukit: .*none: cannot be opened: there is no such file or folder\n$/,
  ],
  "a name that no model has": [
    ["generate", "--model", "opt-rlu"],
    /^relukit: opt-rlu: there is no such file or folder; the models that ship are draft, .*, opt-swish8\n$/,
  ],
  "a tour that begins with nothing": [
    ["tour", "--model", "draft", "--prompt="],
    /^relukit: --prompt is empty; expected a text for the model to go on from\n$/,
  ],
  "a tour that begins beyond the context": [
    ["tour", "--model", model, "--prompt", "The cat ".repeat(100)],
    /^relukit: --prompt has \d+ tokens; expected 64 at most, the positions of the model\n$/,
  ],
  "no tokenizer beside the model": [
    ["generate", "--model", broken],
    /^relukit: no tokenizer lies beside .*broken.bin; expected .*\n$/,
  ],
  "a file that is no model": [
    ["generate", "--model", broken, "--tokenizer", join(model, "tokenizer.json")],
    /^relukit: .*broken.bin: .*; expected .*\n$/,
  ],
  "an empty file": [
    ["generate", "--model", empty, "--tokenizer", join(model, "tokenizer.json")],
    /^relukit: .*empty.bin: .*; expected .*\n$/,
  ],
  "a tokenizer that is none": [
    ["generate", "--model", model, "--tokenizer", text],
    /^relukit: .*text.txt: .*; expected .*\n$/,
  ],
  "too many tokens": [
    ["generate", "--model", model, "--tokens", "65"],
    /^relukit: the prompt has 1 tokens and --tokens is 65; expected 64 new tokens at most, to stay in the model's context of 64 positions\n$/,
  ],
  "a shifted ReLU without its shift": [
    ["inspect", "--model", model, "--activation", "shifted-relu"],
    /^relukit: --activation shifted-relu needs --shift B\n$/,
  ],
  "a text that is not UTF-8": [
    ["inspect", "--model", model, "--text", join(model, "model.safetensors")],
    /^relukit: .*model.safetensors: its text is not valid UTF-8; expected UTF-8 text\n$/,
  ],
};
test("relukit --version prints the version of package.json", async () => {
  const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  assert.deepEqual(await relukit("--version"), { code: 0, out: `${version}\n`, err: "" });
});

test("relukit --help lists the commands on stdout; a command's --help shows its options and an example", async () => {
  const [top, generate] = [await relukit("--help"), await relukit("generate", "--help")];
  assert.deepEqual([top.code, top.err, generate.code, generate.err], [0, "", 0, ""]);
  assert.match(top.out, /generate .*[\s\S]*inspect .*[\s\S]*lessons /);
  assert.match(generate.out, /--temperature <t>[\s\S]*Examples:\n {2}relukit generate --model/);
});

test("relukit generate --json prints one JSON document: the text, the new tokens, tokens a second", async () => {
  const { code, out } = await greedy();
  const report = JSON.parse(out);
  assert.equal(code, 0);
  assert.ok(report.text.startsWith("The cat"));
  assert.equal(report.tokens.length, 8);
  assert.ok(report.tokensPerSecond > 0);
});

test("relukit generate --ops reference and --ops kernels take the same tokens where none is near a tie", async () => {
  const answer = async (...args: readonly string[]) => JSON.parse((await greedy(...args)).out);
  const [kernels, reference] = [await answer(), await answer("--ops", "reference")];
  assert.deepEqual([kernels.ops, reference.ops], ["kernels", "reference"]);
  assert.deepEqual(kernels.tokens, reference.tokens);
  assert.deepEqual((await answer("--threads", "2")).tokens, kernels.tokens);
});

test("relukit tour shows zeros layer by layer, and that dense and sparse are the same bits", async () => {
  const tour = ["tour", "--model", model, "--prompt", "The cat", "--tokens", "4"];
  const { code, out } = await relukit(...tour, "--json");
  assert.equal(code, 0);
  const report = JSON.parse(out);
  assert.equal(report.sameBits, true);
  assert.equal(report.zerosByLayer.length, 2);
  const { all, read } = report.rowsOfDownPerToken;
  assert.ok(read <= all);
  assert.match((await relukit(...tour)).out, /layer 1 .*[\s\S]*dense .* tokens\/s[\s\S]*bit for bit/);
});

test("relukit generate --sparse gives the same text and tokens", async () => {
  const [dense, sparse] = [JSON.parse((await greedy()).out), JSON.parse((await greedy("--sparse")).out)];
  assert.deepEqual([sparse.text, sparse.tokens, sparse.sparse], [dense.text, dense.tokens, true]);
});

test("relukit generate writes the text on stdout and the speed on stderr", async () => {
  const { code, out, err } = await generate("--temperature", "0", "--prompt", "The cat");
  assert.deepEqual([code, out], [0, `${JSON.parse((await greedy()).out).text}\n`]);
  assert.match(err, /^\n8 tokens, [\d.]+ tokens\/s\n$/);
});

test("relukit generate --seed draws the same text again", async () => {
  assert.deepEqual(
    JSON.parse((await generate("--seed", "5", "--json")).out).tokens,
    JSON.parse((await generate("--seed", "5", "--json")).out).tokens,
  );
});

test("relukit generate allows NaN weights and reports them, on stderr and in the JSON", async () => {
  const { code, out, err } = await relukit("generate", "--model", poisoned, "--tokens", "2", "--json");
  assert.equal(code, 0);
  assert.equal(JSON.parse(out).notFinite.length, 1);
  assert.match(
    err,
    /^relukit: warning: .*poisoned holds NaN or an infinity in \S+\nrelukit: warning: NaN among the logits of 2 tokens\n$/,
  );
});

test("relukit inspect --json prints sparsity per layer and input, work and likelihood", async () => {
  const report = JSON.parse((await inspect()).out);
  assert.equal(report.layers.length, 2);
  for (const { inputs } of report.layers) {
    for (const input of ["qkv", "output", "up", "down"]) assert.equal(inputs[input].sparsity, 0);
  }
  const weights = 2 * (8 * 8 + 2 * 8 * 4 + 8 * 8 + 3 * 8 * 12) + V * 8;
  assert.equal(report.multiplyAdds, report.predictions * weights);
  assert.equal(report.bytesRead, 8 * report.multiplyAdds);
  const projections: readonly { multiplyAdds: number }[] = Object.values(report.projections);
  assert.equal(
    projections.reduce((total, { multiplyAdds }) => total + multiplyAdds, 0),
    report.multiplyAdds,
  );
  assert.equal(report.layers[0].preactivation.counts.length, 128);
  assert.ok(Math.abs(report.meanNegativeLogLikelihood - Math.log(V)) < 0.1, "untrained: near chance");
});

test("relukit inspect --activation relu --norm-relu shows zeros and less work in qkv, up and down", async () => {
  const report = JSON.parse((await inspect("--activation", "relu", "--norm-relu")).out);
  for (const { inputs } of report.layers) {
    for (const input of ["qkv", "up", "down"])
      assert.ok(inputs[input].sparsity > 0.2 && inputs[input].sparsity < 0.8);
    assert.equal(inputs.output.sparsity, 0);
  }
  assert.ok(report.multiplyAdds < report.dense.multiplyAdds);
  assert.equal(report.dense.multiplyAdds, JSON.parse((await inspect()).out).multiplyAdds);
});

test("relukit inspect --ops reference and --ops kernels count the same zeros and work", async () => {
  const by = async (ops: string) =>
    JSON.parse((await inspect("--activation", "relu", "--norm-relu", "--ops", ops)).out);
  const [kernels, reference] = [await by("kernels"), await by("reference")];
  assert.deepEqual([kernels.ops, reference.ops], ["kernels", "reference"]);
  const counted = ({ layers, multiplyAdds, bytesRead, dense }: typeof kernels) => ({
    ...{ multiplyAdds, bytesRead, dense },
    zeros: layers.map(({ inputs }: typeof kernels) =>
      ["qkv", "output", "up", "down"].map((input) => inputs[input].sparsity),
    ),
  });
  assert.deepEqual(counted(kernels), counted(reference));
  const [a, b] = [kernels.meanNegativeLogLikelihood, reference.meanNegativeLogLikelihood];
  assert.ok(a !== b && Math.abs(a - b) < 1e-5, `${a} is float32, ${b} is float64`);
});

test("relukit inspect shows a person the architecture, the zeros and the work", async () => {
  const { code, out } = await relukit(
    "inspect",
    "--model",
    model,
    "--text",
    text,
    "--activation",
    "shifted-relu",
    "--shift",
    "0.1",
  );
  assert.equal(code, 0);
  assert.match(out, /activation relu shifted by 0.1 {3}after norms none/);
  assert.match(out, /layer +qkv +output +up +down/);
  assert.match(out, /zeros skipped/);
  assert.ok(
    out.split("\n").every((line) => line.length <= 110),
    "no line is wider than 110 columns",
  );
});

for (const [what, [args, sentence]] of Object.entries(wrong)) {
  test(`relukit says in a sentence what is wrong, and exits with 2: ${what}`, async () => {
    const { code, out, err } = await relukit(...args);
    assert.match(err, sentence);
    assert.deepEqual([code, out], [2, ""]);
    assert.doesNotMatch(err, /\n {4}at /, "no stack trace");
  });
}

test("relukit as a process answers, fails and exits as the function does", async () => {
  const [right, wrong] = await Promise.all([spawned("--version"), spawned("genrate")]);
  assert.deepEqual([right, wrong], [await relukit("--version"), await relukit("genrate")]);
});

test("relukit as a process ends quietly when its reader stops reading", async () => {
  const command = `"${process.execPath}" "${join(root, "bin/relukit.js")}" inspect --model "${model}" --text "${text}" --json | true`;
  const { code, err } = await new Promise<Ended>((resolve) => {
    execFile("sh", ["-c", command], (error, out, err) => resolve({ code: error ? 1 : 0, out, err }));
  });
  assert.deepEqual([code, err], [0, ""]);
});
