// The whole suite of fixtures/oracle against kernels that are not always there, WGSL in a page and ONNX Runtime,
// and the example adapters in every type that they have.
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Case } from "../../reference/oracle/case.ts";
import { engines } from "../engines/engines.ts";
import { numpy, onnxRuntime, plainC } from "./adapters.ts";
import { browserKernel, NoKernel } from "./browser-kernel.ts";
import { type Exception, passesSuite, withoutSmooth } from "./suite.ts";

const chromium = engines.find(({ name }) => name.startsWith("Chromium"));
const noChromium = chromium?.program === undefined && `Chromium is not found: ${chromium?.remedy}`;

test("the WGSL kernels pass every case of their operators, but for smooth activations, which they have not", {
  skip: noChromium,
}, async (context) => {
  const kernel = await browserKernel(chromium?.program ?? "").catch((error) => {
    if (!(error instanceof NoKernel)) throw error;
    context.skip(`this Chromium cannot: ${error.message}`);
  });
  if (!kernel) return;
  try {
    await passesSuite(kernel, withoutSmooth);
  } finally {
    await kernel.close?.();
  }
});

for (const { title, skip, start } of [plainC(), numpy()])
  test(`the adapter in ${title} passes every case of all its types, but for smooth activations, which it has not`, {
    skip,
  }, async () => {
    await passesSuite(await start(), withoutSmooth);
  });

const NONE: Exception = ["UNSUPPORTED", "its norms take no tensor without elements"];
const ROWS: Exception = ["UNSUPPORTED", "it reads every row of a weight, so skips none"];

const known = (dtype: string): Readonly<Record<string, Exception>> => ({
  [`attend/${dtype}/nan-in-the-future`]: [
    "FAIL",
    "keys to come are hidden by a mask that is added to scores, which NaN survives",
  ],
  [`layerNorm/${dtype}/no-row`]: NONE,
  [`rmsNorm/${dtype}/no-row`]: NONE,
});

// On other processors F16 sums are kept in another type, and other cases have no bound that says anything.
const OTHER =
  process.arch !== "x64" && "which cases are inconclusive in F16 is known for 64-bit x86 processors only";
const VAGUE = "what is kept in F16 between two steps leaves no bound that says anything";
const vague: Readonly<Record<string, Exception>> = {
  "layerNorm/f16/constant": ["INCONCLUSIVE", VAGUE],
  "layerNorm/f16/zeros": ["INCONCLUSIVE", VAGUE],
  "layerNorm/f16/one-column": ["INCONCLUSIVE", VAGUE],
  "rmsNorm/f16/zeros": ["INCONCLUSIVE", VAGUE],
  "attend/f16/scores-below-masks": ["INCONCLUSIVE", VAGUE],
  "gatedFeedForward/f16/large-hidden": ["INCONCLUSIVE", VAGUE],
};

for (const [dtype, exceptions, unknown] of [
  ["F32", known("f32"), false],
  ["F16", { ...known("f16"), ...vague }, OTHER],
] as const) {
  const { skip: absent, start } = onnxRuntime(dtype);
  const skip = absent || unknown;
  test(`ONNX Runtime passes every case in ${dtype}, but for those that are known to fail, which still do`, {
    skip,
  }, async () => {
    const skipping = ({ attributes }: Case): Exception | undefined =>
      attributes["skip"] === true ? ROWS : undefined;
    const { cases } = await passesSuite(await start(), (given) => exceptions[given.id] ?? skipping(given));
    const tried = new Set(cases.map(({ id }) => id));
    assert.deepEqual(
      Object.keys(exceptions).filter((id) => !tried.has(id)),
      [],
    );
  });
}
