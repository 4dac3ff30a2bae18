// Every bug of the catalogue in three types, by cases that it fails and cases that it does not: is it named?
import assert from "node:assert/strict";
import { test } from "node:test";
import { CATALOGUE } from "../../../reference/oracle/mutants/catalogue.ts";
import { coreSuite, named } from "./diagnosis.ts";

const suite = coreSuite();

for (const dtype of ["F32", "F16", "BF16"] as const)
  test(`of the bugs in ${dtype} at least nine in ten are named`, async () => {
    const cases = await suite;
    const wrong: string[] = [];
    let asked = 0;
    for (const mutant of CATALOGUE) {
      if (mutant.equivalent?.[dtype] !== undefined) continue;
      const found = await named(mutant, dtype, cases);
      asked += 1;
      if (found?.id !== mutant.id) wrong.push(`${mutant.id} taken for ${found?.id ?? "nothing"}`);
    }
    assert.ok(asked > 60, `${asked} bugs`);
    assert.ok(wrong.length <= 0.1 * asked, `${wrong.length} of ${asked}: ${wrong.join(", ")}`);
  });
