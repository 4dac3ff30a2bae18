// Pearson's test of goodness of fit: how likely counts as far off as these are, if the probabilities are right.
import assert from "node:assert/strict";

/**
 * The chance that a chi-square of so many degrees of freedom exceeds x: Q(df/2, x/2) = Γ(a, y) / Γ(a), by the series of
 * 1 − Q where y is small, and by its continued fraction in the tail.
 *
 * @see NIST Digital Library of Mathematical Functions, 8.11.4 and 8.9.2
 */
export function chiSquareTail(x: number, degrees: number): number {
  const [a, y] = [degrees / 2, x / 2];
  const scale = Math.exp(a * Math.log(y) - y - logGamma(a));
  if (y > a + 1) {
    let fraction = 0;
    for (let n = 1000; n > 0; n--) fraction = (n * (n - a)) / (y - a + 2 * n + 1 - fraction);
    return scale / (y - a + 1 - fraction);
  }
  let [term, sum] = [1 / a, 1 / a];
  for (let n = 1; term > 1e-17 * sum; n++) {
    term *= y / (a + n);
    sum += term;
  }
  return 1 - sum * scale;
}

/** log Γ(a) for whole and half a, by Γ(a) = (a − 1) Γ(a − 1). */
const logGamma = (a: number): number =>
  a === 1 ? 0 : a === 0.5 ? Math.log(Math.PI) / 2 : Math.log(a - 1) + logGamma(a - 1);

/** The chance of counts as far off; cells that few are expected in count as one. */
export function chanceOf(counts: readonly number[], probabilities: readonly number[]): number {
  const total = counts.reduce((sum, n) => sum + n, 0);
  assert.ok(Math.abs(probabilities.reduce((sum, p) => sum + p, 0) - 1) < 1e-9, "probabilities add up to 1");
  const cells = probabilities.map((p, i) => ({ wanted: p * total, got: counts[i] ?? 0 }));
  const rare = cells.filter(({ wanted }) => wanted < 5);
  const pooled = { wanted: 0, got: 0 };
  for (const { wanted, got } of rare)
    [pooled.wanted, pooled.got] = [pooled.wanted + wanted, pooled.got + got];
  const kept = [...cells.filter(({ wanted }) => wanted >= 5), ...(pooled.wanted > 0 ? [pooled] : [])];
  const statistic = kept.reduce((sum, { wanted, got }) => sum + (got - wanted) ** 2 / wanted, 0);
  return chiSquareTail(statistic, kept.length - 1);
}
