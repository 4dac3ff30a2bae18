// Weighted means. docs/bounds.md, section 7.
import { height } from "../model.ts";
import type { Row } from "./arithmetic.ts";
import { cut } from "./gauge-sums.ts";
import { certain, type Gauged, holds, isZero, lost, type Rounding, share, TF32 } from "./rounding.ts";

/** Σ w x / Σ w: what all weights share cancels, so that a weight's error moves the mean by its distance from x only. */
export function weightedMean(of: Rounding, n: number, w: Row<Gauged>, x: Row<Gauged>): Gauged {
  const { model, u, max, growth, gauged } = of;
  const [mean, total, unsure] = centre(of, n, w, x);
  if (!Number.isFinite(mean)) return certain(mean);
  const left = total - unsure;
  if (!(left > 0)) return lost(mean);
  const { moved, carried, sizes, under, spread, terms } = away(of, n, w, x, mean, left);
  const levels = model.truncates ? terms : Math.min(terms, height(model.structure, n));
  const grown = growth(2 * levels + 8);
  if (!(sizes * (1 + grown) <= max)) return lost(mean);
  const size = sizes / left;
  const rounding = grown * (size + Math.abs(mean));
  const bias = model.cutsFactors ? 2 * TF32.u * mean : 0;
  const chance = model.truncates ? (rounding * rounding) / 9 : (u * u * size * size * (terms / 3 + 4)) / 3;
  return gauged(
    mean,
    (moved + carried) / left + rounding + under,
    spread / (left * left) + chance + (bias * bias) / 16,
  );
}

/** The weighted mean, Σ w, and what that sum may be off. */
function centre({ off }: Rounding, n: number, w: Row<Gauged>, x: Row<Gauged>) {
  let [top, total, unsure] = [0, 0, 0];
  for (let i = 0; i < n; i++) {
    const [weight, { value }] = [w(i), x(i)];
    top += weight.value === 0 && !Number.isFinite(value) ? Number.NaN : weight.value * value;
    total += weight.value;
    unsure += off(weight);
  }
  return [top / total, total, unsure] as const;
}

/**
 * moved: by the errors of the weights, Σ δ |x − mean|. carried: by the errors of x, and by roundings of weights that the
 * divisor does not have: a weight cut, or kept in fewer bits once it is divided, or after it was added up.
 */
function away(of: Rounding, n: number, w: Row<Gauged>, x: Row<Gauged>, mean: number, left: number) {
  const { model, off, least } = of;
  const narrow = holds(model.kept, model.accumulator) ? 0 : model.kept.u;
  const gone = narrow === 0 ? 0 : model.flushesSubnormals ? model.kept.tiny : model.kept.eta / 2;
  let [moved, carried, sizes, under, spread, terms] = [0, 0, 0, 0, 0, 0];
  for (let i = 0; i < n; i++) {
    const [weight, term] = [w(i), x(i)];
    if (isZero(weight)) continue;
    const [ew, ex] = [off(weight), off(term)];
    const [far, size, heavy] = [Math.abs(term.value - mean), Math.abs(term.value) + ex, weight.value + ew];
    const unshared = narrow * heavy + cut(of, weight);
    const blurred = ex + cut(of, term);
    terms += 1;
    moved += share(ew, far);
    carried += share(heavy, blurred) + share(unshared, size + blurred);
    sizes += share(heavy, size);
    under += (2 * least + gone) * Math.max(1, 1 / left) * (size + 1);
    spread +=
      share(weight.variance, far * far) +
      heavy * heavy * term.variance +
      share(unshared * unshared, size * size);
  }
  return { moved, carried, sizes, under, spread, terms };
}
