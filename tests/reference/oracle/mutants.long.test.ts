import assert from "node:assert/strict";
import { test } from "node:test";
import { CATALOGUE, CHEATS } from "../../../reference/oracle/mutants/catalogue.ts";
import { answered } from "./answered.ts";
import { smallCases } from "./arithmetic/small-cases.ts";

test("each mutant answers a case of each operator in each type", async () => {
  for (const dtype of ["F64", "F32", "F16", "BF16"] as const)
    for (const given of smallCases(dtype, 13))
      for (const mutant of [...CATALOGUE, ...CHEATS])
        assert.ok((await answered(mutant, given)).length > 0, `${mutant.id} ${given.op} ${dtype}`);
});
