// ONNX Runtime under the oracle: a line of JSON in, a line of JSON out, and memory pictures as files.
// node adapter.js, or node adapter.js F16 for half precision.
import { writeFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { env, InferenceSession, Tensor } from "onnxruntime-node";
import { ACTIVATIONS, graphs, Unsupported } from "./graphs.js";
import { Graph } from "./onnx-model.js";
import { openPicture } from "./picture-file.js";

const dtype = process.argv[2] ?? "F32";
const half = { intermediate: "F16", accumulator: process.arch === "arm64" ? "f16" : "f32" };

const declaration = {
  name: "ONNX Runtime",
  version: env.versions.node,
  ops: Object.keys(graphs),
  dtypes: [dtype],
  structure: "any",
  flushesSubnormals: true, // in softmax: a power of e below 2^-126 is 0
  functions: "accurate",
  tails: "absolute", // gelu is x/2 · (1 + erf)
  deterministic: true,
  ...(dtype === "F16" ? half : { accumulator: "f32" }),
};

const ONE_THREAD = {
  intraOpNumThreads: 1,
  interOpNumThreads: 1,
  executionMode: "sequential",
  logSeverityLevel: 4,
};

/** A tensor of the engine over the picture's own memory. */
function tensor({ dtype, bytes }, shape) {
  const [type, array] = {
    F32: ["float32", Float32Array],
    F16: ["float16", Uint16Array],
    I32: ["int32", Int32Array],
  }[dtype];
  return new Tensor(
    type,
    new array(bytes.buffer, bytes.byteOffset, bytes.length / array.BYTES_PER_ELEMENT),
    shape,
  );
}

/** Runs an operator on a picture: the inputs are read, and the output written, where they lie. */
async function run(op, attributes, { inputs, outputs: [output] }) {
  if (!Object.hasOwn(graphs, op)) throw new Unsupported(`the operator ${op} is not here`);
  const other = [...inputs, output].find((each) => each.dtype !== dtype && each.dtype !== "I32");
  if (other) throw new Unsupported(`${other.name} is ${other.dtype}; only ${dtype} is here`);
  // Attention is over batches: one of them.
  const shaped = (shape) => (op === "attend" ? [1, ...shape] : shape);
  const graph = new Graph(dtype);
  const [names, shapes, feeds] = [{}, {}, {}];
  for (const input of inputs) {
    const { name } = input;
    shapes[name] = input.shape;
    if (!ACTIVATIONS.includes(name)) names[name] = graph.weight(name, input);
    else {
      names[name] = graph.input(name, { dtype: input.dtype, shape: shaped(input.shape) });
      feeds[name] = tensor(input, shaped(input.shape));
    }
  }
  const answer = graphs[op](graph, names, attributes, shapes);
  const session = await InferenceSession.create(graph.model(answer, shaped(output.shape)), ONE_THREAD);
  try {
    await session.run(feeds, { [answer]: tensor(output, shaped(output.shape)) });
  } finally {
    await session.release();
  }
}

async function answerTo({ op: asked, id, run: wanted }) {
  if (asked === "hello") return declaration;
  try {
    const picture = openPicture(wanted.case);
    if (wanted.op !== "noop") await run(wanted.op, wanted.attributes, picture);
    writeFileSync(wanted.out, picture.bytes);
    return { id, status: "ok" };
  } catch (error) {
    return { id, status: error instanceof Unsupported ? "unsupported" : "error", message: error.message };
  }
}

for await (const line of createInterface({ input: process.stdin }))
  process.stdout.write(`${JSON.stringify(await answerTo(JSON.parse(line)))}\n`);
