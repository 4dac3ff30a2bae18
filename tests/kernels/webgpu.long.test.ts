// The kernels in WGSL, run in Chromium on a GPU in software, before the oracle, at sizes that matter to them;
// oracle.long.test.ts has the suite. Without a Chromium, or one that has WebGPU, each test is skipped, in words.
import assert from "node:assert/strict";
import { after, type TestContext, test } from "node:test";
import { type Case, outputShapes, pictureOf } from "../../reference/oracle/case.ts";
import { type Maker, caseOf as madeCase } from "../../reference/oracle/cases/making.ts";
import type { Kernel } from "../../reference/oracle/kernel.ts";
import { proveNoop } from "../../reference/oracle/noop.ts";
import { matrix } from "../../reference/tensor.ts";
import { of } from "../assertions.ts";
import { engines } from "../engines/engines.ts";
import { browserKernel, NoKernel } from "./browser-kernel.ts";
import { caseOf, passes } from "./judged.ts";

const chromium = engines.find(({ name }) => name.startsWith("Chromium"));

let opened: Promise<Kernel> | undefined;
after(async () => (await opened?.catch(() => undefined))?.close?.());

/** A test of the kernel; the page is opened by the first. */
function tested(title: string, body: (kernel: Kernel) => Promise<void>): void {
  const skip = chromium?.program === undefined && `Chromium is not found: ${chromium?.remedy}`;
  test(title, { skip }, async (context: TestContext) => {
    opened ??= browserKernel(chromium?.program ?? "");
    try {
      await body(await opened);
    } catch (error) {
      if (!(error instanceof NoKernel)) throw error;
      context.skip(`this Chromium cannot: ${error.message}`);
    }
  });
}

/** Numbers that round, or whole ones so small that no sum of them does. */
type Draw = (make: Maker, shape: readonly number[], alive?: number) => ReturnType<Maker["normal"]>;
const whole: Draw = (make, shape, alive = 1) => make.whole(shape, 4, alive);
const rounding: Draw = (make, shape, alive = 1) => {
  const { numbers } = make.normal(shape);
  return make.of(shape, (i) => (make.draw.uniform() < alive ? (numbers[i] ?? 0) : 0));
};

type Sizes = readonly [number, number, number];
const tierOf = (draw: Draw): Case["tier"] => (draw === whole ? "exact" : "bounded");

/** The four products at one size, a share of the left side alive. */
const products = (draw: Draw, [T, I, O]: Sizes, alive: number): readonly Case[] => {
  const name = `${T}x${I}x${O}-${alive}`;
  return [
    ...(["linear", "activeLinear"] as const).flatMap((op) =>
      [true, false].map((biased) =>
        madeCase(op, "F32", tierOf(draw), `${name}-${biased}`, (make) => ({
          x: draw(make, [T, I], alive),
          w: draw(make, [I, O]),
          ...(biased && { b: draw(make, [O]) }),
        })),
      ),
    ),
    ...(["gatedLinear", "activeGatedLinear"] as const).map((op) =>
      madeCase(op, "F32", tierOf(draw), name, (make) => ({
        x: draw(make, [T, I]),
        w: draw(make, [O, I]),
        g: draw(make, [T, O], alive),
      })),
    ),
  ];
};

/** The two feed-forward layers, each with and without row skipping. */
const layers = (draw: Draw, [T, D, F]: Sizes, f: { readonly kind: string }): readonly Case[] =>
  [false, true].flatMap((skip) =>
    (["feedForward", "gatedFeedForward"] as const).map((op) =>
      madeCase(
        op,
        "F32",
        tierOf(draw),
        `${T}x${D}x${F}-${JSON.stringify(f)}-${skip}`,
        (make) => {
          const [first, bias] = [draw(make, [D, F]), draw(make, [F])];
          const ins =
            op === "feedForward"
              ? { up: first, upBias: bias }
              : { gate: first, gateBias: bias, up: draw(make, [F, D]) };
          return { x: draw(make, [T, D]), ...ins, down: draw(make, [F, D]), downBias: draw(make, [D]) };
        },
        { attributes: { f, skip } },
      ),
    ),
  );

/** Around the 64 invocations of a workgroup, one element, and no element along each axis. */
const SIZES = [
  [3, 37, 65],
  [1, 64, 64],
  [2, 129, 63],
  [1, 1, 1],
  [0, 5, 7],
  [4, 0, 3],
  [2, 3, 0],
] as const;

tested("the page gives a picture back byte for byte when nothing is to be done", async (kernel) => {
  assert.deepEqual(await proveNoop(kernel), { status: "ok" });
});

tested(
  "products of whole numbers are exact, at any size, with none, some and all of the left side zero",
  async (kernel) => {
    for (const size of SIZES)
      for (const alive of [1, 0.2, 0])
        for (const one of products(whole, size, alive)) await passes(kernel, one);
  },
);

tested("products of numbers that round are within the bound that the oracle proves", async (kernel) => {
  for (const size of [
    [3, 37, 65],
    [2, 700, 70],
  ] as const)
    for (const one of products(rounding, size, 0.5)) await passes(kernel, one);
});

/** The case with the rows of every matrix farther apart than they are long. */
const rowsApart = (given: Case): Case => {
  const shapes = Object.entries(given.inputs).map(([name, { shape }]) => [name, shape] as const);
  const all = [...shapes, ...Object.entries(outputShapes(given))];
  const layout = all.flatMap(([name, [, columns]]) =>
    columns === undefined ? [] : [[name, { pitch: columns + 3 }] as const],
  );
  return { ...given, layout: Object.fromEntries(layout) };
};

tested("rows may lie apart: what is between them is neither read nor written", async (kernel) => {
  for (const one of products(whole, [3, 37, 65], 0.5)) await passes(kernel, rowsApart(one));
});

const ACTIVATIONS = [
  { kind: "relu", shift: 0 },
  { kind: "relu", shift: 1.5 },
  { kind: "relu-squared", shift: -0.5 },
  { kind: "fatrelu", shift: 0, threshold: 1 },
  { kind: "fatrelu", shift: 0, threshold: 0 },
  { kind: "fatrelu-strict", shift: 0.5, threshold: 1 },
  { kind: "fatrelu-strict", shift: 0, threshold: -1 },
];

tested(
  "activate is exact on halves: ties at the threshold, NaN, infinities and zeros of both signs",
  async (kernel) => {
    const special = [Number.NaN, Infinity, -Infinity, 0, -0];
    const x = of([...special, ...Array.from({ length: 65 }, (_, i) => i / 2 - 16)]);
    for (const f of ACTIVATIONS) await passes(kernel, caseOf("activate", { x }, { f }));
  },
);

tested(
  "feed-forward layers of whole numbers are exact with every activation of the ReLU family",
  async (kernel) => {
    for (const f of ACTIVATIONS)
      for (const size of [
        [2, 5, 67],
        [3, 66, 3],
      ] as const)
        for (const one of layers(whole, size, f)) await passes(kernel, one);
  },
);

tested(
  "feed-forward layers are within the bound that the oracle proves, with relu and a shift",
  async (kernel) => {
    for (const shift of [0, 0.75])
      for (const one of layers(rounding, [3, 67, 131], { kind: "relu", shift } as { kind: string }))
        await passes(kernel, one);
  },
);

tested("a row behind a zero is not read when rows are skipped, and is when they are not", async (kernel) => {
  const [x, ones, w] = [of([0, 2]), of([1, 1]), of([Number.NaN, Infinity], [3, 4])];
  for (const op of ["linear", "activeLinear"]) await passes(kernel, caseOf(op, { x, w }));
  for (const op of ["gatedLinear", "activeGatedLinear"])
    await passes(kernel, caseOf(op, { x: ones, w, g: x }));
});

tested("NaN in one token stays in its row, through a whole layer", async (kernel) => {
  const ones = (rows: number, columns: number) => matrix(rows, columns, () => 1);
  const inputs = {
    x: of([1, 1], [Number.NaN, 1], [1, 1]),
    gate: ones(2, 3),
    up: ones(3, 2),
    down: ones(3, 2),
  };
  const attributes = { f: { kind: "relu", shift: 0 }, skip: true };
  await passes(kernel, caseOf("gatedFeedForward", inputs, attributes));
});

tested("what is not here is said to be unsupported", async (kernel) => {
  const x = of([1]);
  const refusal = async (given: Case): Promise<string> => {
    const outcome = await kernel.run(pictureOf(given));
    assert.equal(outcome.status, "unsupported");
    return outcome.status === "unsupported" ? outcome.message : "";
  };
  const silu = { f: { kind: "silu", shift: 0 } };
  assert.match(await refusal(caseOf("softmax", { x })), /softmax is not here/);
  assert.match(await refusal(caseOf("activate", { x }, silu)), /silu is not here/);
  assert.match(await refusal({ ...caseOf("linear", { x, w: x }), dtype: "F16" }), /in\.x is F16/);
  const tall = { x: matrix(1, 0, () => 0), w: matrix(65536, 0, () => 0), g: matrix(1, 65536, () => 0) };
  assert.match(await refusal(caseOf("activeGatedLinear", tall)), /65536 by 1 workgroups; 65535/);
});
