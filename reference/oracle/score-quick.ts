// The cases of the scoreboard's quick form: among them is, for each judge and each bug that it finds, a case where it
// does; two where there are two. The long test of the scoreboard holds them to that.

const NAMES: Readonly<Record<string, string>> = {
  activate:
    "gelu-random gelu-special gelu-tail gelu-tanh-tail relu-shifted-down-random relu-special shifted-relu-special shifted-silu-random silu-tail",
  "activate.gradient": "gelu-tail relu-special",
  activeGatedLinear: "subnormal",
  activeLinear: "exponents no-input tiny-terms",
  attend: "far-apart grouped nan-in-the-future scores-below-masks unlike-heads",
  "attend.gradient": "one-key",
  feedForward:
    "skipping-all-active skipping-no-neuron skipping-squared-random skipping-strict-ties skipping-tiny-activations strict-ties threshold",
  gatedFeedForward: "skipping-infinity-behind-gates skipping-nan-behind-zeros skipping-near-threshold",
  gatedLinear: "infinity-behind-zeros subnormal",
  "gatedLinear.gradient": "random",
  layerNorm: "big-mean bigger-mean odd-squares three-columns tiny-variance two-columns",
  "layerNorm.gradient": "small-variance two-columns",
  linear: "infinity-behind-zeros",
  rmsNorm: "bigger-mean one-column tiny-variance",
  "rmsNorm.gradient": "small-variance",
  softmax: "all-far-up",
};

/** As operator/name. */
export const QUICK: ReadonlySet<string> = new Set(
  Object.entries(NAMES).flatMap(([op, names]) => names.split(" ").map((name) => `${op}/${name}`)),
);

/** Whether the quick form takes the case of that id; the long form takes it first. */
export const isQuick = (id: string): boolean => {
  const [op, , name] = id.split("/");
  return QUICK.has(`${op}/${name}`);
};
