// An adapter with two right kernels in float32, add and linear; linear does instead what the first word is the name of.
import { readFileSync, writeFileSync } from "node:fs";
import { createInterface } from "node:readline";

const [what = "right"] = process.argv.slice(2);
const say = (value) => process.stdout.write(`${JSON.stringify(value)}\n`);

/** Tensors of a picture where they lie; undefined for those it does not have. */
function tensors(bytes, ...names) {
  const length = Number(bytes.readBigUInt64LE(0));
  const header = JSON.parse(bytes.subarray(8, 8 + length).toString());
  return names.map((name) => {
    if (!header[name]) return undefined;
    const {
      shape,
      data_offsets: [from, to],
    } = header[name];
    return { shape, data: new Float32Array(bytes.buffer, 8 + length + from, (to - from) / 4) };
  });
}

function add(bytes) {
  const [x, y, z] = tensors(bytes, "in.x", "in.y", "out.z");
  for (let i = 0; i < z.data.length; i++) z.data[i] = x.data[i] + y.data[i];
}

/** y = x · w + b */
function linear(bytes, zeros) {
  const [x, w, b, y] = tensors(bytes, "in.x", "in.w", "in.b", "out.y");
  const [T, I] = x.shape;
  const O = w.shape[1];
  for (let t = 0; t < T; t++)
    for (let o = 0; o < O; o++) {
      let sum = 0;
      for (let i = 0; i < I; i++) sum = Math.fround(sum + Math.fround(x.data[t * I + i] * w.data[i * O + o]));
      const drift = what === "drifts" ? T - t : 0; // what a row is depends on how many follow
      y.data[t * O + o] = zeros ? 0 : (b ? sum + b.data[o] : sum) + drift;
    }
}

/** The bytes in memory that floats may be read from. */
const read = (path) => {
  const bytes = readFileSync(path);
  const aligned = Buffer.from(new ArrayBuffer(bytes.length));
  bytes.copy(aligned);
  return aligned;
};

function run({ op, case: given, out }) {
  const bytes = read(given);
  if (op === "linear") linear(bytes, what === "zeros");
  if (op === "add") add(bytes);
  writeFileSync(out, op === "linear" && what === "short" ? bytes.subarray(0, bytes.length - 9) : bytes);
}

const instead = {
  refuses: (id) => say({ id, status: "unsupported", message: "no products today" }),
  hangs: () => setInterval(() => {}, 1000),
  crashes: () => process.exit(9),
  garbage: () => process.stdout.write("no JSON at all\n"),
};

if (what === "--case" || process.argv[3] === "--case") {
  const words = process.argv;
  const after = (word) => words[words.indexOf(word) + 1];
  run({ op: "linear", case: after("--case"), out: after("--out") });
} else
  createInterface({ input: process.stdin }).on("line", (line) => {
    const { id, run: asked } = JSON.parse(line);
    if (!asked) return say({ name: `adapter that is ${what}`, ops: ["linear", "add"], dtypes: ["F32"] });
    if (what in instead && asked.op === "linear") return instead[what](id);
    run(asked);
    say({ id, status: "ok" });
  });
