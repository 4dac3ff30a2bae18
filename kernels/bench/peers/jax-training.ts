// The training step of an OPT-style model in jax-js: the same architecture, loss and AdamW as ours, compiled by its jit.
// Every use of an array but the last is x.ref: jax-js counts references, and a function consumes its arguments.
import type { Recipe } from "../../../reference/training/train.ts";

// biome-ignore lint/suspicious/noExplicitAny: the peer is not installed where this is checked
type Jax = any;
type Arrays = Record<string, Jax>;

export interface Sizes {
  readonly V: number;
  readonly D: number;
  readonly L: number;
  readonly N: number;
}

/**
 * @param jax      the module
 * @param weights  our weights by path, float32
 * @returns a step: takes tokens and targets, [B, T] each, and gives the mean loss in nats before it
 */
export function jaxTraining(
  jax: Jax,
  { V, D, L, N }: Sizes,
  weights: ReadonlyMap<string, { readonly shape: readonly number[]; readonly data: Float32Array }>,
  { beta1, beta2, epsilon, decay, clip }: Recipe,
  batch: number,
  context: number,
): (tokens: Int32Array, targets: Int32Array, rate: number, step: number) => Promise<number> {
  const { numpy: np, nn, jit, valueAndGrad } = jax;
  const names = [...weights.keys()];
  const array = (data: Float32Array, shape: readonly number[]): Jax => np.array(data).reshape([...shape]);
  const fresh = (fill: (w: { data: Float32Array }) => Float32Array): Arrays =>
    Object.fromEntries([...weights].map(([name, w]) => [name, array(fill(w), w.shape)]));

  const norm = (x: Jax, p: Arrays, name: string): Jax =>
    nn.standardize(x, -1, { epsilon: 1e-5 }).mul(p[`${name}.gain`].ref).add(p[`${name}.bias`].ref);
  const affine = (x: Jax, p: Arrays, name: string): Jax =>
    np.matmul(x, p[`${name}.weight`].ref).add(p[`${name}.bias`].ref);

  const loss = (p: Arrays, tokens: Jax, targets: Jax): Jax => {
    let x = np.matmul(nn.oneHot(tokens, V), p["tokens"].ref).add(p["positions"].ref);
    for (let l = 0; l < L; l++) {
      const at = `layers.${l}`;
      const a = norm(x.ref, p, `${at}.attentionNorm`);
      const heads = (y: Jax): Jax => y.reshape([batch, context, N, D / N]);
      const [q, k, v] = ["query", "key", "value"].map((part, i) =>
        heads(affine(i < 2 ? a.ref : a, p, `${at}.${part}`)),
      );
      const mixed = nn.dotProductAttention(q, k, v, { isCausal: true }).reshape([batch, context, D]);
      x = x.add(affine(mixed, p, `${at}.output`));
      const h = nn.relu(affine(norm(x.ref, p, `${at}.hiddenNorm`), p, `${at}.up`));
      x = x.add(affine(h, p, `${at}.down`));
    }
    const logits = np.matmul(norm(x, p, "norm"), np.transpose(p["tokens"].ref));
    const picked = nn.logSoftmax(logits, -1).mul(nn.oneHot(targets, V));
    for (const name of names) p[name].dispose();
    return np.sum(picked).mul(-1 / (batch * context));
  };

  const step = jit((p: Arrays, m: Arrays, v: Arrays, tokens: Jax, targets: Jax, now: Jax) => {
    const held = Object.fromEntries(names.map((name) => [name, p[name].ref]));
    const [value, slopes] = valueAndGrad(loss)(held, tokens, targets);
    let squares = np.sum(np.square(slopes[names[0] ?? ""].ref));
    for (const name of names.slice(1)) squares = squares.add(np.sum(np.square(slopes[name].ref)));
    const scale = np.minimum(np.array(clip).div(np.sqrt(squares)), 1);
    const [rate, c1, c2] = [0, 1, 2].map((i) => now.ref.slice(i));
    now.dispose();
    const [p2, m2, v2]: [Arrays, Arrays, Arrays] = [{}, {}, {}];
    for (const name of names) {
      const g = slopes[name].mul(scale.ref);
      m2[name] = m[name].mul(beta1).add(g.ref.mul(1 - beta1));
      v2[name] = v[name].mul(beta2).add(np.square(g).mul(1 - beta2));
      const way = m2[name].ref.div(c1.ref).div(np.sqrt(v2[name].ref.div(c2.ref)).add(epsilon));
      const old = p[name];
      const shrunk = (weights.get(name)?.shape.length ?? 0) === 2 ? way.add(old.ref.mul(decay)) : way;
      p2[name] = old.sub(shrunk.mul(rate.ref));
    }
    for (const used of [scale, rate, c1, c2]) used.dispose();
    return [value, p2, m2, v2];
  });

  let [p, m, v] = [
    fresh((w) => w.data),
    fresh((w) => new Float32Array(w.data.length)),
    fresh((w) => new Float32Array(w.data.length)),
  ];
  return async (tokens, targets, rate, count) => {
    const ids = (x: Int32Array): Jax => np.array(x).reshape([batch, context]);
    const now = np.array(Float32Array.of(rate, 1 - beta1 ** count, 1 - beta2 ** count));
    const [value, ...next] = step(p, m, v, ids(tokens), ids(targets), now);
    [p, m, v] = next as [Arrays, Arrays, Arrays];
    const [mean = Number.NaN] = await value.data();
    for (const w of Object.values(p)) await w.ref.data(); // all of the step is done
    return mean;
  };
}
