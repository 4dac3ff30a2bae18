// fixtures/oracle is what the sources give: here three operators of it, all in fixture.long.test.ts.
import assert from "node:assert/strict";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { coreCases } from "../../../reference/oracle/cases/core.ts";
import { recipeCases } from "../../../reference/oracle/cases/recipe.ts";
import { loadSuite, sha256, suiteFolder } from "../../../reference/oracle/suite.node.ts";
import type { Suite } from "../../../reference/oracle/suite.ts";
import type { Adequacy } from "../../../reference/oracle/suite-adequacy.ts";
import type { StoredCase } from "../../../reference/oracle/suite-case.ts";
import { generate } from "../../../reference/oracle/suite-writer.ts";

const folder = (name: string): string => fileURLToPath(new URL(`../../../fixtures/${name}`, import.meta.url));

let loaded: Promise<Suite> | undefined;
const core = (): Promise<Suite> => {
  loaded ??= loadSuite(folder("oracle"));
  return loaded;
};

const again = "run relukit oracle cases --out fixtures/oracle anew";

test("fixtures/oracle has the cases of the sources, in their order, and of three operators the same bytes", async () => {
  const suite = await core();
  const cases = coreCases();
  assert.deepEqual(
    suite.cases.map(({ given }) => given.id),
    cases.map(({ id }) => id),
    again,
  );
  const kills = new Map(suite.cases.map((stored) => [stored.given.id, stored.kills]));
  const three = new Set(["embed.gradient", "layerNorm", "attend"]);
  const files = await generate(
    cases.filter(({ op }) => three.has(op)),
    { name: suite.name, digest: sha256, kills: ({ given }) => kills.get(given.id) },
  );
  const source = suiteFolder(folder("oracle"));
  const text = (bytes: Uint8Array | undefined): string => new TextDecoder().decode(bytes);
  const kept = new Set(text(await source.read("manifest.json")).split(/,?\n/));
  for (const { name, bytes } of files) {
    if (name === "SHA256SUMS") continue;
    if (name === "manifest.json")
      for (const line of text(bytes).split(/,?\n/))
        assert.ok(kept.has(line), `the manifest has not ${line}: ${again}`);
    else
      assert.equal(
        sha256((await source.read(name)) ?? bytes.subarray(1)),
        sha256(bytes),
        `${name}: ${again}`,
      );
  }
});

test("fixtures/oracle has 8 MB at most", async () => {
  const { cases } = await core();
  assert.ok(cases.length > 0);
  const source = suiteFolder(folder("oracle"));
  const sums = new TextDecoder().decode(await source.read("SHA256SUMS"));
  let total = 0;
  for (const line of sums.trimEnd().split("\n")) total += (await source.read(line.slice(66)))?.length ?? 0;
  assert.ok(total < 8e6, `${total} bytes`);
});

test("fixtures/oracle-extended has the cases of the sources, with their recipes", async () => {
  const { cases } = await loadSuite(folder("oracle-extended"));
  const recipes = recipeCases();
  assert.deepEqual(
    cases.map(({ given: { inputs, ...rest } }) => rest),
    recipes.map(({ inputs, ...rest }) => rest),
  );
  const sources = (inputs: StoredCase["given"]["inputs"]) =>
    Object.entries(inputs).map(([name, input]) => [name, input.shape, "recipe" in input && input.recipe]);
  assert.deepEqual(
    cases.map(({ given }) => sources(given.inputs)),
    recipes.map(({ inputs }) => sources(inputs)),
  );
});

const EMPTY = "it has no element";
const FAR = "beside the greatest all others are next to nothing";
const ONE_SUM = "all its elements are one sum, of numbers of one sign";
const WHOLE = "its answer is a small whole number, or two halves of one";

/** Bounded cases that let pass what nobody should, by operator and name: why they are kept. */
const REASONS: Readonly<Record<keyof Adequacy, Readonly<Record<string, string>>>> = {
  zeroRatio: {
    "layerNorm/no-row": EMPTY,
    "rmsNorm/no-row": EMPTY,
    "rmsNorm/zeros": "0 over the root of epsilon is 0",
    "crossEntropy/one-class": "one class has probability 1, whose logarithm is 0",
    "crossEntropy.gradient/one-class": "with one class there is nothing to learn",
  },
  constRatio: {
    "layerNorm/no-row": EMPTY,
    "rmsNorm/no-row": EMPTY,
    "layerNorm/one-column": "all its elements are the one column's bias",
    "rmsNorm/zeros": "0 over the root of epsilon is 0",
    "softmax/equal": "each of eight is an eighth",
    "softmax/one-column": "each is 1",
    "crossEntropy/one-class": "one class has probability 1, whose logarithm is 0",
    "crossEntropy.gradient/one-class": "with one class there is nothing to learn",
    "linear/one-sign": ONE_SUM,
    "activeLinear/one-sign": ONE_SUM,
    "gatedLinear/one-sign": ONE_SUM,
    "activeGatedLinear/one-sign": ONE_SUM,
    "unembed/one-sign": ONE_SUM,
    "feedForward/skipping-near-threshold":
      "inside of the bounds of its jumps, but of no choice of open neurons",
  },
  lowPrecisionRatio: {
    "activate.gradient/relu-random": "slopes are 0 or 1, of numbers with few bits",
    "activate.gradient/shifted-relu-random": "slopes are 0 or 1, of numbers with few bits",
    "activate.gradient/relu-shifted-down-random": "slopes are 0 or 1, of numbers with few bits",
    "activate.gradient/fatrelu-random": "slopes are 0 or 1, of numbers with few bits",
    "activate.gradient/fatrelu-strict-random": "slopes are 0 or 1, of numbers with few bits",
    "layerNorm/no-row": EMPTY,
    "layerNorm/constant": "what the mean may lose is divided by the root of epsilon",
    "rmsNorm/no-row": EMPTY,
    "rmsNorm/zeros": "0 over the root of epsilon is 0",
    "softmax/climbing": FAR,
    "softmax/below-masks": FAR,
    "softmax/late-maximum": FAR,
    "softmax.gradient/climbing": FAR,
    "crossEntropy/climbing": FAR,
    "softmax/equal": "each of eight is an eighth",
    "softmax/one-column": "each is 1",
    "attend/equal-scores": WHOLE,
    "attend/last-key-wins": WHOLE,
    "attend/scores-below-masks": WHOLE,
    "crossEntropy/one-class": "one class has probability 1, whose logarithm is 0",
    "crossEntropy.gradient/one-class": "with one class there is nothing to learn",
  },
};

/** The bounded cases that let it pass, by operator and name. */
const passing = (cases: readonly StoredCase[], ratio: keyof Adequacy): readonly string[] => {
  const found = cases.filter((stored) => stored.given.tier === "bounded" && stored[ratio] <= 1);
  return [...new Set(found.map(({ given: { id, op } }) => `${op}/${id.split("/").at(-1)}`))].sort();
};

for (const [ratio, what] of [
  ["zeroRatio", "zeros"],
  ["constRatio", "a constant"],
  ["lowPrecisionRatio", "the next lower precision"],
] as const)
  test(`no bounded case lets ${what} pass, but those that are listed with a reason`, async () => {
    const { cases } = await core();
    assert.deepEqual(passing(cases, ratio), Object.keys(REASONS[ratio]).sort());
    const extended = await loadSuite(folder("oracle-extended"));
    assert.deepEqual(passing(extended.cases, ratio), []);
  });
