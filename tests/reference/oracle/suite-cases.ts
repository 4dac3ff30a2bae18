// A few small cases of every kind that a suite has, and suites made of them.
import { type Case, outputShapes } from "../../../reference/oracle/case.ts";
import { caseOf, withNumbers } from "../../../reference/oracle/cases/making.ts";
import { sha256 } from "../../../reference/oracle/suite.node.ts";
import type { SuiteSource } from "../../../reference/oracle/suite.ts";
import { madeInput } from "../../../reference/oracle/suite-recipe.ts";
import { type Digest, generate, type SuiteFile } from "../../../reference/oracle/suite-writer.ts";

/** A recipe with every field; its numbers are in suite-recipe.test.ts too. */
export const RECIPE = { key: [7, 0], stream: [3, 4294967295], bits: 8, exponent: -9, alive: 100 } as const;

export const CASES: readonly Case[] = [
  caseOf(
    "linear",
    "F32",
    "bounded",
    "small",
    (make) => ({ x: make.normal([2, 5]), w: make.normal([5, 3]), b: make.normal([3]) }),
    { random: true, sequence: true, layout: { x: { pitch: 7, misaligned: 1 }, w: { pitch: 4 } } },
  ),
  caseOf("linear", "F32", "exact", "whole", (make) => ({
    x: make.whole([2, 3], 2),
    w: make.whole([3, 2], 2),
  })),
  caseOf("linear", "F32", "special", "nan", (make) => ({
    x: withNumbers(make.whole([2, 3], 2), { 1: -Number.NaN, 4: -0 }),
    w: make.whole([3, 2], 2),
  })),
  caseOf("linear", "F32", "exact", "no-token", (make) => ({
    x: make.whole([0, 3], 2),
    w: make.whole([3, 2], 2),
  })),
  caseOf("embed", "BF16", "exact", "rows", (make) => ({
    tokens: make.ids(4, 3),
    table: make.normal([3, 5]),
  })),
  caseOf("add", "F64", "bounded", "random", (make) => ({ x: make.normal([3, 5]), y: make.normal([3, 5]) })),
  caseOf("activate", "F16", "bounded", "silu", (make) => ({ x: make.normal([2, 9]) }), {
    attributes: { f: { kind: "silu", shift: 0.5 } },
  }),
  {
    id: "linear/bf16/made",
    op: "linear",
    dtype: "BF16",
    tier: "bounded",
    attributes: {},
    inputs: { x: madeInput([2, 7], RECIPE), w: madeInput([7, 3], { ...RECIPE, stream: [3, 5] }) },
  },
];

export const made = (
  cases: readonly Case[] = CASES,
  digest: Digest = sha256,
): Promise<readonly SuiteFile[]> =>
  generate(cases, {
    name: "small",
    digest,
    kills: ({ given }) => (given.tier === "exact" ? [`M01/${given.dtype}`] : undefined),
  });

/** A suite that is only in memory; messages call it "suite". */
export const inMemory = (files: readonly SuiteFile[]): SuiteSource => ({
  name: "suite",
  read: (file) => files.find(({ name }) => name === file)?.bytes,
});

/** The suite with the bytes of a file made anew. */
export const changed = (
  files: readonly SuiteFile[],
  file: string,
  change: (bytes: Uint8Array) => Uint8Array,
): readonly SuiteFile[] =>
  files.map(({ name, bytes }) => ({ name, bytes: name === file ? change(bytes.slice()) : bytes }));

/** The suite with the text of its manifest changed, and SHA256SUMS as if nothing had been. */
export function resealed(
  files: readonly SuiteFile[],
  change: (manifest: string) => string,
): readonly SuiteFile[] {
  const forged = changed(files, "manifest.json", (bytes) =>
    new TextEncoder().encode(change(new TextDecoder().decode(bytes))),
  );
  const manifest = forged.find(({ name }) => name === "manifest.json")?.bytes ?? new Uint8Array();
  return changed(forged, "SHA256SUMS", (bytes) =>
    new TextEncoder().encode(
      new TextDecoder().decode(bytes).replace(/[0-9a-f]{64}(?= {2}manifest)/, sha256(manifest)),
    ),
  );
}

/** How many numbers each output of a case has. */
export const sizesOf = (given: Case): Readonly<Record<string, number>> =>
  Object.fromEntries(
    Object.entries(outputShapes(given)).map(([name, shape]) => [
      name,
      shape.reduce((n, size) => n * size, 1),
    ]),
  );
