import assert from "node:assert/strict";
import { test } from "node:test";
import { architectures } from "../../../reference/measure/architectures.ts";
import { type InputSparsity, ledger, type Rule } from "../../../reference/measure/ledger.ts";
import {
  fits,
  ledgerInterval,
  type Row,
  roundingInterval,
  tableOne,
  withoutFigures,
} from "../../../reference/measure/table-one.ts";

const giga = ({ architecture, percent }: Pick<Row, "architecture" | "percent">, rule: Rule = {}): string => {
  const sparsity = { qkv: percent.qkv / 100, up: percent.up / 100, down: percent.down / 100 };
  return (ledger(architectures[architecture], sparsity, rule).multiplyAdds / 1e9).toFixed(2);
};

const named = (name: string): Row => {
  const found = tableOne.find((row) => row.name === name);
  assert.ok(found, name);
  return found;
};

/** Recomputed without and with the head, and the verdict, for each row. */
const wanted: Readonly<Record<string, readonly [string, string, string]>> = {
  "Falcon 7B": ["6.60", "6.89", "without head"],
  "Falcon 7B stage 1": ["4.14", "4.44", "without head"],
  "Falcon 7B stage 2": ["2.25", "2.55", "without head"],
  "Llama 7B": ["6.48", "6.61", "with head"],
  "Llama 7B stage 1": ["4.69", "4.82", "with head"],
  "Llama 7B stage 2": ["2.78", "2.91", "with head"],
  "OPT 6.7B dense": ["6.44", "6.65", "with head"],
  "OPT 6.7B": ["4.36", "4.57", "not reproduced"],
  "OPT 6.7B stage 2": ["2.70", "2.90", "not reproduced"],
  "OPT 2.7B": ["1.71", "1.84", "with head"],
  "OPT 2.7B stage 2": ["1.10", "1.23", "without head"],
};

for (const row of tableOne) {
  test(`table 1, ${row.name}: the ledger gives ${wanted[row.name]?.join(", ")}`, () => {
    assert.deepEqual([giga(row), giga(row, { lmHead: true }), fits(row)], wanted[row.name]);
  });
}

test("table 1 has every row that the test knows, and OPT's are from secondary sources", () => {
  assert.deepEqual(
    tableOne.map(({ name }) => name),
    Object.keys(wanted),
  );
  for (const { name, source } of tableOne)
    assert.equal(source, name.startsWith("OPT") ? "secondary sources" : "paper");
  assert.deepEqual(
    withoutFigures.map(({ architecture }) => architecture),
    ["opt-1.3b"],
  );
});

test("Llama stage 1: skipping in down alone gives 5.58 and 5.71, so the gate's zeros skip in up too", () => {
  const { sizes } = architectures["llama-7b"];
  const up = 0.62 * sizes.L * sizes.D * sizes.F;
  for (const [lmHead, gigaflops] of [
    [false, "5.58"],
    [true, "5.71"],
  ] as const) {
    const both = ledger(architectures["llama-7b"], { qkv: 0, up: 0, down: 0.62 }, { lmHead }).multiplyAdds;
    assert.equal(((both + up) / 1e9).toFixed(2), gigaflops);
  }
});

test("Llama stage 2 with independent zeros is 2.60 with the head, and no longer fits", () => {
  const row = named("Llama 7B stage 2");
  assert.equal(giga(row, { lmHead: true, independent: true }), "2.60");
  assert.equal(fits(row, { independent: true }), "not reproduced");
});

test("the ratios behind the abstract: Falcon 6.6 / 2.2 and Llama 6.6 / 2.9, printed and recomputed", () => {
  const ratio = (dense: string, sparse: string, rule: Rule) =>
    Number(giga(named(dense), rule)) / Number(giga(named(sparse), rule));
  assert.ok(Math.abs(ratio("Falcon 7B", "Falcon 7B stage 2", {}) - 6.6 / 2.2) < 0.07);
  assert.ok(Math.abs(ratio("Llama 7B", "Llama 7B stage 2", { lmHead: true }) - 6.6 / 2.9) < 0.01);
});

test("ledgerInterval: half a point of each printed sparsity either way, a printed 0 being exact", () => {
  const near = (row: Row, low: number, high: number) => {
    const found = ledgerInterval(row);
    assert.ok(Math.abs(found[0] - low) < 5e-4 && Math.abs(found[1] - high) < 5e-4, `${found}`);
  };
  near(named("Falcon 7B stage 2"), 2.2249, 2.2845);
  near(named("Llama 7B"), 6.476, 6.476);
});

test("roundingInterval of 4.1 is 4.05 to 4.15", () => {
  const [low, high] = roundingInterval(named("Falcon 7B stage 1"));
  assert.ok(Math.abs(low - 4.05) < 1e-12 && Math.abs(high - 4.15) < 1e-12);
});

test("fits says no of a figure that is a tenth off", () => {
  const row = named("Llama 7B stage 2");
  assert.equal(fits({ ...row, gflops: 3.1 }), "not reproduced");
});

test("OPT 6.7B's 4.5 would be reached at its edge if printed zeros could be half a point: they are taken as exact", () => {
  const row = named("OPT 6.7B");
  const half: InputSparsity = { qkv: 0.5, up: 0.5, down: 97.5 };
  assert.ok(Number(giga({ ...row, percent: half }, { lmHead: true })) < 4.55);
});
