import assert from "node:assert/strict";
import { test } from "node:test";
import type { FloatDtype } from "../../../reference/oracle/float-formats.ts";
import type { Declaration } from "../../../reference/oracle/kernel.ts";
import { lawsHeld } from "../../../reference/oracle/laws.ts";
import { machineKernel } from "../../../reference/oracle/machine-kernel.ts";
import { cases } from "./law-cases.ts";
import { MANNERS } from "./manners.ts";

const SAID: Readonly<Record<FloatDtype, readonly Partial<Declaration>[]>> = {
  F64: [{}],
  F32: [{}, { intermediate: "F16" }, { accumulator: "tc-fp32" }],
  F16: [{}, { accumulator: "f16" }, { intermediate: "F16" }],
  BF16: [{}, { accumulator: "bf16" }, { accumulator: "tc-fp32" }],
};

test("every law holds of machines of many seeds, sizes of numbers, accumulators and intermediates", async () => {
  for (const dtype of ["F32", "F16", "BF16", "F64"] as const)
    for (const said of SAID[dtype])
      for (const manner of MANNERS)
        for (const [seed, scale] of [1, 1 / 64, 1 / 1024, 24].entries())
          for (const given of cases(dtype, seed, scale)) {
            const kernel = machineKernel({ name: "right", dtypes: [dtype], ...said }, manner);
            const how = `${given.op} ${dtype} ${JSON.stringify(said)} times ${scale}, ${manner.order}`;
            for (const { law, verdict, sentence } of await lawsHeld(kernel, given))
              assert.equal(verdict, "HOLDS", `${how}: ${law}: ${sentence}`);
          }
});
