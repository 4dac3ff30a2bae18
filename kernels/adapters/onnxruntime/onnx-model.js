// An ONNX model of one graph, put together node by node and written byte by byte: the messages of onnx.proto that it
// needs, no more. Field numbers are those of https://github.com/onnx/onnx/blob/main/onnx/onnx.proto.

/** Element types by their names in safetensors. */
export const TYPES = { F32: 1, I32: 6, BOOL: 9, F16: 10 };
const [IR_VERSION, OPSET] = [11, 23];

/** Marks an attribute as a float; a plain number is an integer. */
export const float = (value) => ({ float: value });

export class Graph {
  #dtype;
  #values = [];
  #nodes = [];
  #weights = [];
  #inputs = [];

  /** @param dtype  of the tensors of numbers, F32 or F16 */
  constructor(dtype) {
    this.#dtype = dtype;
  }

  /** A tensor that is given when the model runs. */
  input(name, { dtype, shape }) {
    this.#inputs.push(message(11, info(name, dtype, shape)));
    return name;
  }

  /** A tensor that is part of the model, as trained weights are: the engine may prepare it. */
  weight(name, { dtype, shape, bytes }) {
    const sizes = shape.flatMap((size) => whole(1, size));
    this.#weights.push(
      message(5, [...sizes, ...whole(2, TYPES[dtype]), ...text(8, name), ...message(9, [bytes])]),
    );
    return name;
  }

  /** A number of the graph's type, for operators that take it as a tensor. */
  number(value) {
    const bytes = new Uint8Array(Float32Array.of(value).buffer);
    const name = this.weight(this.#fresh("number"), { dtype: "F32", shape: [], bytes });
    return this.#dtype === "F32" ? name : this.apply("Cast", [name], { to: TYPES[this.#dtype] });
  }

  /** Adds a node; its result has the name that comes back. */
  apply(op, inputs, attributes = {}) {
    const output = this.#fresh(op);
    const node = [
      ...inputs.flatMap((name) => text(1, name)),
      ...text(2, output),
      ...text(4, op),
      ...Object.entries(attributes).flatMap(([name, value]) => message(5, attribute(name, value))),
    ];
    this.#nodes.push(message(1, node));
    return output;
  }

  /** The model's bytes, with the result of that name as its output. */
  model(output, shape) {
    const graph = [
      ...this.#nodes.flat(),
      ...text(2, "relukit"),
      ...this.#weights.flat(),
      ...this.#inputs.flat(),
      ...message(12, info(output, this.#dtype, shape)),
    ];
    const operators = message(8, [...text(1, ""), ...whole(2, OPSET)]);
    return joined([...whole(1, IR_VERSION), ...text(2, "relukit"), ...message(7, graph), ...operators]);
  }

  #fresh(name) {
    this.#values.push(name);
    return `${name}.${this.#values.length}`;
  }
}

function info(name, dtype, shape) {
  const sizes = shape.flatMap((size) => message(1, whole(1, size)));
  const tensor = [...whole(1, TYPES[dtype]), ...message(2, sizes)];
  return [...text(1, name), ...message(2, message(1, tensor))];
}

function attribute(name, value) {
  const [FLOAT, INTEGER, STRING] = [1, 2, 3];
  if (typeof value === "string") return [...text(1, name), ...text(4, value), ...whole(20, STRING)];
  if (typeof value === "number") return [...text(1, name), ...whole(3, value), ...whole(20, INTEGER)];
  return [...text(1, name), ...single(2, value.float), ...whole(20, FLOAT)];
}

// Protocol buffers: a field is its number and wire type, then a whole number (0), a length and that many bytes (2), or
// four bytes (5). Pieces are joined once, at the end: weights are large.

/** A whole number seven bits at a time, the lowest first; the eighth bit says that more follow. */
function varint(value) {
  const out = [];
  for (let rest = value; ; rest = Math.floor(rest / 128)) {
    if (rest < 128) return Uint8Array.of(...out, rest);
    out.push((rest % 128) + 128);
  }
}

const length = (pieces) => pieces.reduce((total, piece) => total + piece.length, 0);
const whole = (field, value) => [varint(8 * field), varint(value)];
const single = (field, value) => [varint(8 * field + 5), new Uint8Array(Float32Array.of(value).buffer)];
const message = (field, pieces) => [varint(8 * field + 2), varint(length(pieces)), ...pieces];
const text = (field, value) => message(field, [new TextEncoder().encode(value)]);

function joined(pieces) {
  const out = new Uint8Array(length(pieces));
  let at = 0;
  for (const piece of pieces) {
    out.set(piece, at);
    at += piece.length;
  }
  return out;
}
