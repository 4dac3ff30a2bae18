// ONNX models of a few float32 nodes, written byte by byte: the messages of onnx.proto that they need, no more.
// Field numbers are those of https://github.com/onnx/onnx/blob/main/onnx/onnx.proto.

/** A tensor by its name; with data it is a weight, which an engine may prepare beforehand. */
export interface Value {
  readonly name: string;
  readonly shape: readonly number[];
  readonly data?: Float32Array;
}

export interface Node {
  readonly op: string;
  readonly inputs: readonly string[];
  readonly output: string;
}

const FLOAT = 1;

/** A model of one graph, its nodes in order; the last node's output is the graph's. */
export function onnxModel(
  nodes: readonly Node[],
  inputs: readonly Value[],
  weights: readonly Value[],
  output: Value,
): Uint8Array {
  const graph = [
    ...nodes.flatMap((node) => message(1, nodeOf(node))),
    ...text(2, "bench"),
    ...weights.flatMap((weight) => message(5, tensorOf(weight))),
    ...inputs.flatMap((input) => message(11, infoOf(input))),
    ...message(12, infoOf(output)),
  ];
  const operators = message(8, [...text(1, ""), ...whole(2, 17)]);
  return joined([...whole(1, 8), ...text(2, "relukit"), ...message(7, graph), ...operators]);
}

const nodeOf = ({ op, inputs, output }: Node): Pieces => [
  ...inputs.flatMap((name) => text(1, name)),
  ...text(2, output),
  ...text(4, op),
];

const tensorOf = ({ name, shape, data = new Float32Array(0) }: Value): Pieces => [
  ...shape.flatMap((size) => whole(1, size)),
  ...whole(2, FLOAT),
  ...text(8, name),
  ...message(9, [new Uint8Array(data.buffer, data.byteOffset, data.byteLength)]),
];

const infoOf = ({ name, shape }: Value): Pieces => {
  const sizes = shape.flatMap((size) => message(1, whole(1, size)));
  return [...text(1, name), ...message(2, message(1, [...whole(1, FLOAT), ...message(2, sizes)]))];
};

// Protocol buffers: a field is its number and wire type, then a whole number (0) or a length and that many bytes (2).
// Pieces are joined once, at the end: weights are large.
type Pieces = readonly Uint8Array[];

/** A whole number seven bits at a time, the lowest first; the eighth bit says that more follow. */
function varint(value: number): Uint8Array {
  const out: number[] = [];
  for (let rest = value; ; rest = Math.floor(rest / 128)) {
    if (rest < 128) return Uint8Array.of(...out, rest);
    out.push((rest % 128) + 128);
  }
}

const length = (pieces: Pieces): number => pieces.reduce((total, piece) => total + piece.length, 0);
const whole = (field: number, value: number): Pieces => [varint(8 * field), varint(value)];
const message = (field: number, pieces: Pieces): Pieces => [
  varint(8 * field + 2),
  varint(length(pieces)),
  ...pieces,
];
const text = (field: number, value: string): Pieces => message(field, [new TextEncoder().encode(value)]);

function joined(pieces: Pieces): Uint8Array {
  const out = new Uint8Array(length(pieces));
  let at = 0;
  for (const piece of pieces) {
    out.set(piece, at);
    at += piece.length;
  }
  return out;
}
