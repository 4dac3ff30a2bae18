// The suite made anew on every engine is that of fixtures/oracle, by the SHA-256 of each file. An engine that is not
// installed is a test skipped, in words.
import assert from "node:assert/strict";
import { readFileSync, rmSync } from "node:fs";
import { after, type TestContext, test } from "node:test";
import { bundle, suite } from "../../engines/bundle.ts";
import { engines, thisNode } from "../../engines/engines.ts";
import type { Outcome } from "../../engines/suite.ts";

const fixture = (name: string): string =>
  readFileSync(new URL(`../../../fixtures/oracle/${name}`, import.meta.url), "utf8");

interface Killing {
  readonly id: string;
  readonly kills?: readonly string[];
}

// Made when the first test asks: other files' tests may run before.
let folder: Promise<string> | undefined;
const bundled = (): Promise<string> => {
  const { cases } = JSON.parse(fixture("manifest.json")) as { readonly cases: readonly Killing[] };
  folder ??= bundle(
    suite(Object.fromEntries(cases.flatMap(({ id, kills }) => (kills ? [[id, kills]] : [])))),
  );
  return folder;
};
after(async () => {
  if (folder) rmSync(await folder, { recursive: true, maxRetries: 5 });
});

async function sameAsKept(context: TestContext, outcome: Promise<unknown>): Promise<void> {
  const { sums, seconds } = (await outcome) as Outcome;
  context.diagnostic(`${sums.split("\n").length - 1} files in ${seconds.toFixed(1)} s`);
  assert.deepEqual(sums.split("\n"), fixture("SHA256SUMS").split("\n"));
}

test("this Node makes the files of fixtures/oracle, each with its SHA-256", async (context) => {
  await sameAsKept(context, bundled().then(thisNode));
});

for (const { name, program, remedy, outcome } of engines)
  test(`${name} makes the files of fixtures/oracle, each with its SHA-256`, {
    skip: program === undefined && `it is not found: ${remedy}`,
  }, async (context) => {
    await sameAsKept(context, outcome(program ?? "", await bundled()));
  });
