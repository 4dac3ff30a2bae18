// Engines before the oracle, forwards and backwards, over the cases of fixtures/oracle: fixtures/record recorded them.
// The WebAssembly kernels are judged on the same cases of float32 in tests/kernels/oracle.test.ts.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { test } from "node:test";
import { reference } from "../../reference/ops/reference.ts";
import { type Case, outputShapes, pictureOf } from "../../reference/oracle/case.ts";
import { judge, type Wrong } from "../../reference/oracle/judge.ts";
import { operatorKernel } from "../../reference/oracle/operator-kernel.ts";
import { numbersIn, viewOf } from "../../reference/oracle/picture.ts";
import { DIFFERENCES, differencesOf } from "./differences.ts";
import {
  type Answered,
  declarationOf,
  engines,
  expectationFor,
  files,
  folder,
  holds,
  recordIn,
  type SuiteRecord,
  suite,
} from "./suite-records.ts";

const records = await Promise.all(files.map(recordIn));

const expected = ({ configuration }: SuiteRecord, { stored }: Answered) =>
  expectationFor(stored, declarationOf(configuration, stored.given));

const shown = (given: Case, { output, index, got, truth, bound }: Wrong): string =>
  `${given.id}: ${output}[${index}] is ${got}; expected ${truth} ± ${bound}`;

/** Elements beyond their bounds that no listed difference explains, and differences that are listed and not there. */
function surprises(record: SuiteRecord, one: Answered): readonly string[] {
  const { given } = one.stored;
  const { wrong } = judge(given, one.answer, expected(record, one));
  const listed = differencesOf(record.configuration, given);
  const unexplained = wrong.filter((element) => !listed.some(({ holds }) => holds(element, given)));
  const stale = listed.filter(({ holds }) => !wrong.some((element) => holds(element, given)));
  return [
    ...unexplained.map((element) => shown(given, element)),
    ...stale.map(({ reason }) => `${given.id}: no element differs, yet it is listed that ${reason}`),
  ];
}

/** Each number moved by more than twice its bound, up and down in turn, and where that has to be refused. */
function moved(record: SuiteRecord, one: Answered) {
  const { truth, gauge } = expected(record, one);
  const answer: Record<string, Float64Array> = {};
  const refused: string[] = [];
  for (const [output, numbers] of Object.entries(one.answer)) {
    answer[output] = Float64Array.from(numbers, (value, i) => {
      const bound = gauge[output]?.bound[i] ?? 0;
      if (!Number.isFinite(value) || !Number.isFinite(bound) || !Number.isFinite(truth[output]?.hi[i]))
        return value;
      refused.push(`${output}[${i}]`);
      const step = 2.001 * bound + Math.abs(value) * 1e-15 + 2 ** -149;
      return i % 2 === 0 ? value + step : value - step;
    });
  }
  return { answer, refused };
}

for (const record of records) {
  const title = `${record.configuration}, ${record.dtype}`;

  test(`${title}: ${record.answered.length} cases are within the bounds of what it declares, but for listed differences`, () => {
    assert.ok(record.answered.length > 0);
    assert.deepEqual(record.answered.flatMap((one) => surprises(record, one)).slice(0, 20), []);
  });

  test(`${title}: any one number, moved by more than twice its bound, is refused`, () => {
    let total = 0;
    for (const one of record.answered) {
      const { answer, refused } = moved(record, one);
      const wrong = judge(one.stored.given, answer, expected(record, one)).wrong;
      const found = new Set(wrong.map(({ output, index }) => `${output}[${index}]`));
      assert.deepEqual(
        refused.filter((element) => !found.has(element)),
        [],
        one.stored.given.id,
      );
      total += refused.length;
    }
    assert.ok(total > 1000, `${total} numbers were moved`);
  });

  test(`${title}: the record says where it comes from, and is of today's suite and of what the engine declares today`, async () => {
    const { metadata, configuration } = record;
    for (const key of ["engine", "version", "kernel", "threads", "processor", "date", "command"])
      assert.ok(metadata.get(key), key);
    assert.equal(record.file, `${configuration}.${record.dtype.toLowerCase()}.safetensors`);
    assert.equal(metadata.get("command"), `sh fixtures/record/record.sh ${configuration}`);
    const again = `${metadata.get("command")}: record it anew`;
    assert.deepEqual(JSON.parse(metadata.get("arithmetic") ?? ""), engines[configuration]?.arithmetic, again);
    const sums = readFileSync(new URL("../../fixtures/oracle/SHA256SUMS", import.meta.url), "utf8");
    const inputs: Readonly<Record<string, string>> = JSON.parse(metadata.get("inputs") ?? "");
    for (const [op, sum] of Object.entries(inputs))
      assert.ok(
        sums.includes(`${sum}  inputs/${op}.${record.dtype.toLowerCase()}.safetensors`),
        `${op}: ${again}`,
      );
    assert.deepEqual(
      Object.keys(inputs),
      [...new Set(record.answered.map(({ stored }) => stored.given.op))].sort(),
    );
    if (metadata.has("subset")) return;
    const leftOut: Readonly<Record<string, string>> = JSON.parse(metadata.get("left-out") ?? "");
    const there = new Set(record.answered.map(({ stored }) => stored.given.id));
    const missing = (await suite()).cases.filter(
      ({ given }) => given.dtype === record.dtype && !there.has(given.id) && !excused(given, leftOut),
    );
    assert.deepEqual(
      missing.map(({ given }) => given.id),
      [],
    );
  });
}

/** Whether a record says why it has not the case: by its id, its operator, its activation, or whether it skips. */
function excused({ id, op, attributes }: Case, leftOut: Readonly<Record<string, string>>): boolean {
  const kind = (attributes["f"] as { readonly kind?: string } | undefined)?.kind ?? "";
  const skips = attributes["skip"] === true ? "skip" : "dense";
  return [id, op, kind, skips].some((key) => leftOut[key] !== undefined);
}

for (const dtype of ["F32", "F16", "BF16", "F64"] as const)
  test(`the reference, rounded to ${dtype}, is within the bounds of the plain arithmetic in every case that is recorded`, async () => {
    const kernel = operatorKernel({ name: "reference" }, reference, {}, Float64Array);
    const recorded = records
      .filter((record) => record.dtype === dtype)
      .flatMap(({ answered }) => answered.map(({ stored }) => stored));
    assert.ok(recorded.length > 0);
    for (const stored of new Set(recorded)) {
      const { given } = stored;
      const picture = pictureOf({ ...given, layout: {} });
      assert.deepEqual(await kernel.run(picture), { status: "ok" });
      const answer = Object.keys(outputShapes(given)).map((name) => {
        const view = viewOf(picture, `out.${name}`);
        assert.ok(view);
        return [name, numbersIn(picture, view)] as const;
      });
      const { wrong } = judge(given, Object.fromEntries(answer), expectationFor(stored, {}));
      assert.deepEqual(
        wrong.map((element) => shown(given, element)),
        [],
      );
    }
  });

test("no engine declares more than it needs: without any one of its rules some recorded number is outside of its bound", () => {
  for (const [name, { arithmetic }] of Object.entries(engines)) {
    const mine = records.filter(({ configuration }) => configuration === name);
    for (const rule of mine.length > 0 ? arithmetic : []) {
      const needed = mine.some(({ answered }) =>
        answered.some(({ stored, answer }) => {
          const { given } = stored;
          if (!holds(rule, given) || differencesOf(name, given).length > 0) return false;
          const expectation = expectationFor(stored, declarationOf(name, given, rule));
          return judge(given, answer, expectation).wrong.length > 0;
        }),
      );
      assert.ok(needed, `${name}: nothing needs ${JSON.stringify(rule.declares)}, ${rule.because}`);
    }
  }
});

test("every listed difference is of a case that some record has", () => {
  for (const { configurations, cases, reason } of DIFFERENCES)
    for (const configuration of configurations)
      for (const name of cases) {
        const answered = records.filter((record) => record.configuration === configuration);
        const there = answered.some((record) =>
          record.answered.some(
            ({ stored: { given } }) => name === `${given.op}/${given.id.split("/").at(-1)}`,
          ),
        );
        assert.ok(there, `${configuration}: ${name}, of which it is listed that ${reason}`);
      }
});

test("each configuration of engines.json is recorded in each of its types, but those that need another machine", () => {
  const wanted = Object.entries(engines)
    .filter(([, { needs }]) => needs === undefined)
    .flatMap(([name, { dtypes }]) => dtypes.map((dtype) => `${name}.${dtype.toLowerCase()}.safetensors`));
  const others = Object.entries(engines).filter(([, { needs }]) => needs !== undefined);
  const there = files.filter((file) => !others.some(([name]) => file.startsWith(`${name}.`)));
  assert.deepEqual([...there].sort(), wanted.sort());
  for (const [name, { arithmetic }] of Object.entries(engines))
    for (const { because } of arithmetic) assert.ok(because.length > 10, name);
});

test("the recorded files are the ones that were recorded, to the byte: SHA256SUMS", () => {
  const lines = readFileSync(new URL("SHA256SUMS", folder), "utf8").trim().split("\n");
  assert.deepEqual(
    lines.map((line) => line.slice(66)),
    files,
  );
  for (const line of lines) {
    const bytes = readFileSync(new URL(line.slice(66), folder));
    assert.equal(createHash("sha256").update(bytes).digest("hex"), line.slice(0, 64), line.slice(66));
  }
});

test("fixtures/golden has 9 MB at most", () => {
  const golden = new URL("../", folder);
  const sizes = readdirSync(golden, { recursive: true, encoding: "utf8" }).map((name) => {
    const found = statSync(new URL(name, golden));
    return found.isFile() ? found.size : 0;
  });
  const total = sizes.reduce((a, b) => a + b, 0);
  assert.ok(total <= 9e6, `${total} bytes`);
});
