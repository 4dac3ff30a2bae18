// Each operator as ONNX nodes. A graph is given its tensors by name and says which result is the answer.
import { float } from "./onnx-model.js";

/** What ONNX Runtime does not do, or not as the operator is meant; the message says so. */
export class Unsupported extends Error {}

/** What is given when a model runs; everything else is a weight, and part of the model. */
export const ACTIVATIONS = ["x", "y", "q", "k", "v", "past", "next", "tokens"];

/** x · w + b, or x · wᵀ + b with transB = 1 */
function projected(graph, x, w, b, transB = 0) {
  if (b === undefined && transB === 0) return graph.apply("MatMul", [x, w]);
  return graph.apply("Gemm", b === undefined ? [x, w] : [x, w, b], { transB });
}

/** f(x − shift) */
function activated(graph, x, f) {
  const z = f.kind === "identity" || f.shift === 0 ? x : graph.apply("Sub", [x, graph.number(f.shift)]);
  const kind = Object.hasOwn(kinds, f.kind) ? kinds[f.kind] : undefined;
  if (!kind) throw new Unsupported(`the activation ${f.kind} is not here`);
  return kind(graph, z, f);
}

const swish = (graph, z, u) => graph.apply("Mul", [z, graph.apply("Sigmoid", [u])]);

/** z where it passes, else 0; what is compared is the other side, so that NaN passes. */
function fat(graph, z, threshold, below) {
  const closed = graph.apply(below, [z, graph.number(threshold)]);
  return graph.apply("Where", [closed, graph.number(0), z]);
}

const kinds = {
  relu: (graph, z) => graph.apply("Relu", [z]),
  "relu-squared": (graph, z) => {
    const h = graph.apply("Relu", [z]);
    return graph.apply("Mul", [h, h]);
  },
  fatrelu: (graph, z, { threshold }) => fat(graph, z, threshold, "Less"),
  "fatrelu-strict": (graph, z, { threshold }) => fat(graph, z, threshold, "LessOrEqual"),
  silu: (graph, z) => swish(graph, z, z),
  swish: (graph, z, { beta }) => swish(graph, z, graph.apply("Mul", [z, graph.number(beta)])),
  gelu: (graph, z) => graph.apply("Gelu", [z]),
  "gelu-tanh": (graph, z) => graph.apply("Gelu", [z], { approximate: "tanh" }),
};

function dense({ skip }) {
  if (skip) throw new Unsupported("skip: every row of down is read");
}

/** Some operators of the engine refuse tensors without elements. */
function filled(operator, shapes) {
  if (Object.values(shapes).some((shape) => shape.includes(0)))
    throw new Unsupported(`${operator} of ONNX Runtime takes no tensor without elements`);
}

/** Query t sees the keys 0 … S − T + t: a mask, since the operator's own causal one begins at the first key. */
function causal(graph, T, S) {
  const bytes = Uint8Array.from({ length: T * S }, (_, i) => (i % S <= S - T + Math.floor(i / S) ? 1 : 0));
  return graph.weight("mask", { dtype: "BOOL", shape: [T, S], bytes });
}

/**
 * The operators: from a graph, its tensors (undefined where there is none), the attributes and the shapes to the name of
 * the answer.
 */
export const graphs = {
  embed: (graph, { tokens, table }) => graph.apply("Gather", [table, tokens]),
  linear: (graph, { x, w, b }) => projected(graph, x, w, b),
  unembed: (graph, { x, table }) => projected(graph, x, table, undefined, 1),
  add: (graph, { x, y }) => graph.apply("Add", [x, y]),
  mul: (graph, { x, y }) => graph.apply("Mul", [x, y]),
  activate: (graph, { x }, { f }) => activated(graph, x, f),
  softmax: (graph, { x }) => graph.apply("Softmax", [x], { axis: 1 }),
  layerNorm: (graph, { x, gain, bias }, { epsilon }, shapes) => {
    filled("LayerNormalization", shapes);
    return graph.apply("LayerNormalization", [x, gain, bias], { axis: 1, epsilon: float(epsilon) });
  },
  rmsNorm: (graph, { x, gain }, { epsilon }, shapes) => {
    filled("RMSNormalization", shapes);
    return graph.apply("RMSNormalization", [x, gain], { axis: 1, epsilon: float(epsilon) });
  },
  append: (graph, { past, next }) => graph.apply("Concat", [past, next], { axis: 0 }),
  attend: (graph, { q, k, v }, { K }, shapes) => {
    filled("Attention", shapes);
    const [[T, queries], [S, keys]] = [shapes.q, shapes.k];
    const heads = { q_num_heads: queries / K, kv_num_heads: keys / K };
    return graph.apply("Attention", [q, k, v, causal(graph, T, S)], heads);
  },
  feedForward: (graph, { x, up, upBias, down, downBias }, attributes) => {
    dense(attributes);
    const h = activated(graph, projected(graph, x, up, upBias), attributes.f);
    return projected(graph, h, down, downBias);
  },
  gatedFeedForward: (graph, { x, gate, gateBias, up, down, downBias }, attributes) => {
    dense(attributes);
    const g = activated(graph, projected(graph, x, gate, gateBias), attributes.f);
    const h = graph.apply("Mul", [g, projected(graph, x, up, undefined, 1)]);
    return projected(graph, h, down, downBias);
  },
};
