import assert from "node:assert/strict";
import { test } from "node:test";
import { gammas, type Result } from "../../../bin/experiments/speculative.ts";
import { result } from "../../../bin/figures/figure.ts";
import { optimalGammaFigures, speculativeFigures } from "../../../bin/figures/speculative.ts";
import { bestGamma, independent, theorem1 } from "../../../reference/measure/speculative.ts";

const found = result<Result>("speculative");
const all = [...speculativeFigures, ...optimalGammaFigures];

for (const { id, draw } of all) {
  test(`figure ${id} is drawn, and its text alternative has its numbers`, () => {
    const { figure, alt } = draw();
    assert.match(figure.svg, /^<svg/);
    assert.doesNotMatch(alt, /NaN|undefined/);
  });
}

test("figures 7d: both curves fall with gamma, the measured one above that of independent tokens from gamma 2 on", () => {
  const { plain, speculative, skippableShare } = found;
  const chance = independent(plain.sampled.unusedNeurons.atGamma.layers);
  for (const c of [found.draftWeights, 0.02]) {
    const curve = (unused: (gamma: number) => number) =>
      gammas.map((gamma) => theorem1({ c, gamma, unused: skippableShare * unused(gamma) }));
    const measured = curve((gamma) => speculative.sampled[gamma - 1]?.unusedNeurons.atGamma.mean ?? NaN);
    const random = curve(chance);
    for (const [i, value] of measured.entries()) {
      if (i > 0) assert.ok(value < (measured[i - 1] ?? 0) && (random[i] ?? 0) < (random[i - 1] ?? 0));
      if (i > 0) assert.ok(value > (random[i] ?? NaN));
    }
  }
});

test("figures 10: the best gammas of the alt, worked out again, and the sparse never above the standard", () => {
  const [cheap] = optimalGammaFigures;
  const unused = (gamma: number) =>
    found.skippableShare * (found.speculative.sampled[gamma - 1]?.unusedNeurons.atGamma.mean ?? NaN);
  const at = (alpha: number) =>
    `at alpha ${alpha} sparse ${bestGamma(0.02, alpha, unused, gammas).gamma}, ` +
    `standard ${bestGamma(0.02, alpha, () => 0, gammas).gamma}`;
  for (const alpha of [0.3, 0.6, 0.8]) assert.ok(cheap?.draw().alt.includes(at(alpha)), at(alpha));
  for (const c of [found.draftWeights, 0.02]) {
    for (let i = 1; i <= 17; i++) {
      const [sparse, standard] = [
        bestGamma(c, i / 20, unused, gammas),
        bestGamma(c, i / 20, () => 0, gammas),
      ];
      assert.ok(sparse.gamma <= standard.gamma && sparse.speedup > standard.speedup);
      assert.ok(standard.gamma < 16); // the range of gamma does not end the search
    }
  }
});
