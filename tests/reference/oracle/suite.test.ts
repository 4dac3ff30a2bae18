import assert from "node:assert/strict";
import { test } from "node:test";
import { bytesSource } from "../../../reference/formats/byte-source.ts";
import { FormatError } from "../../../reference/formats/format-error.ts";
import { openSafetensors } from "../../../reference/formats/safetensors.ts";
import { sha256 } from "../../../reference/oracle/suite.node.ts";
import { readSuite } from "../../../reference/oracle/suite.ts";
import { storedNumbers } from "../../../reference/oracle/suite-tensors.ts";
import { checkBounds, generate, knownOf, type SuiteFile } from "../../../reference/oracle/suite-writer.ts";
import { stream } from "../../../reference/random.ts";
import { sha256 as inPages } from "../../engines/web.ts";
import { CASES, changed, inMemory, made, resealed, sizesOf } from "./suite-cases.ts";

const read = (files: readonly SuiteFile[]) => readSuite(inMemory(files), sha256);

test("a suite read back has the cases that were written, without their answers' last bits", async () => {
  const { name, cases } = await read(await made());
  assert.deepEqual([name, cases.length], ["small", CASES.length]);
  for (const [i, { given, truth, gauge, kills }] of cases.entries()) {
    const wanted = CASES[i] ?? assert.fail();
    const { inputs, ...rest } = given;
    const { inputs: wantedInputs, ...wantedRest } = wanted;
    assert.deepEqual(rest, wantedRest);
    assert.deepEqual(Object.keys(inputs), Object.keys(wantedInputs)); // pictures have them in that order
    for (const [input, { shape, numbers }] of Object.entries(inputs)) {
      assert.deepEqual(shape, wantedInputs[input]?.shape);
      assert.deepEqual([...numbers], [...(wantedInputs[input]?.numbers ?? [])], `${given.id} ${input}`);
    }
    const known = knownOf(wanted);
    for (const [output, size] of Object.entries(sizesOf(wanted))) {
      assert.deepEqual([...(truth[output]?.hi ?? [])], [...(known.truth[output]?.hi ?? [])]);
      assert.deepEqual(
        truth[output]?.lo,
        given.dtype === "F64" ? known.truth[output]?.lo : new Float64Array(size),
      );
      for (const kind of ["bound", "likely"] as const) {
        const [kept, exact] = [gauge[output]?.[kind], known.gauge[output]?.[kind]];
        assert.equal(kept?.length, size);
        for (const [j, x] of (exact ?? []).entries()) {
          const got = kept?.[j] ?? Number.NaN;
          assert.ok(got >= x && got <= x * (1 + 2 ** -22), `${given.id} ${kind} ${j}: ${got}, not ${x}`);
        }
      }
    }
    assert.deepEqual(kills, given.tier === "exact" ? [`M01/${given.dtype}`] : undefined);
  }
});

test("tensors of a suite are read when they are asked for, and once", async () => {
  const { cases } = await read(await made());
  for (const { given, truth, gauge } of cases)
    for (const [output] of Object.entries(truth)) {
      assert.equal(truth[output]?.hi, truth[output]?.hi);
      assert.equal(gauge[output]?.bound, gauge[output]?.bound);
      for (const input of Object.values(given.inputs)) assert.equal(input.numbers, input.numbers);
    }
});

test("the same cases are the same bytes, by whichever SHA-256", async () => {
  assert.deepEqual(await made(CASES, inPages), await made());
});

test("files of inputs hold inputs alone, and no file those of a recipe", async () => {
  const files = await made();
  const tensors = (name: string): readonly string[] =>
    openSafetensors(bytesSource(name, files.find((file) => file.name === name)?.bytes ?? assert.fail()))
      .names;
  for (const { name } of files.filter((file) => file.name.startsWith("inputs/")))
    for (const tensor of tensors(name)) assert.match(tensor, /^[^/]+\/in\.\w+$/);
  assert.deepEqual(
    files.map(({ name }) => name),
    [
      "SHA256SUMS",
      "inputs/activate.f16.safetensors",
      "inputs/add.f64.safetensors",
      "inputs/embed.bf16.safetensors",
      "inputs/linear.f32.safetensors",
      "manifest.json",
      "truths/activate.f16.safetensors",
      "truths/add.f64.safetensors",
      "truths/embed.bf16.safetensors",
      "truths/linear.bf16.safetensors",
      "truths/linear.f32.safetensors",
    ],
  );
  assert.deepEqual(tensors("truths/add.f64.safetensors"), [
    "random/bound.z",
    "random/likely.z",
    "random/truth.z",
    "random/truth_lo.z",
  ]);
  assert.deepEqual(tensors("truths/embed.bf16.safetensors"), ["rows/truth.x"]); // bits are fixed: no bound
});

test("NaN is kept as the same bits, whichever it was", () => {
  const bytes = new Uint8Array(8);
  for (const bits of [0x7ff8000000000000n, 0xfff8000000000001n, 0x7ff0000000000001n]) {
    new DataView(bytes.buffer).setBigUint64(0, bits, true);
    const numbers = new Float64Array(bytes.slice().buffer);
    assert.deepEqual([...new Uint16Array(storedNumbers("F64", numbers).buffer)], [0, 0, 0, 0x7ff8]);
    assert.deepEqual([...new Uint16Array(storedNumbers("F32", numbers).buffer)], [0, 0x7fc0]);
    assert.deepEqual([...storedNumbers("F16", numbers)], [0x7e00]);
    assert.deepEqual([...storedNumbers("BF16", numbers)], [0x7fc0]);
  }
});

const refusal = (files: readonly SuiteFile[], message: string | RegExp) =>
  assert.rejects(read(files), (error: unknown) => {
    assert.ok(error instanceof FormatError, String(error));
    if (typeof message === "string") assert.equal(error.message, message);
    else assert.match(error.message, message);
    return true;
  });

test("a suite with one bit changed, anywhere, is refused", async () => {
  const files = await made();
  const draw = stream(1, "bits");
  for (const { name, bytes } of files)
    for (let times = 0; times < 40; times++) {
      const at = times === 0 ? bytes.length - 1 : draw.integer(bytes.length);
      const bit = 1 << draw.integer(8);
      const damaged = changed(files, name, (copy) => copy.fill((copy[at] ?? 0) ^ bit, at, at + 1));
      await refusal(damaged, /^suite\/.+: .+; expected .+$/s);
    }
});

test("a suite without a file, or with another length of one, is refused", async () => {
  const files = await made();
  const without = (name: string) => files.filter((file) => file.name !== name);
  const inputs = "inputs/linear.f32.safetensors";
  const size = files.find(({ name }) => name === inputs)?.bytes.length ?? 0;
  await refusal(without("SHA256SUMS"), "suite/SHA256SUMS: is missing; expected a file, in every suite");
  await refusal(without("manifest.json"), "suite/manifest.json: is missing; expected a file, in every suite");
  await refusal(without(inputs), `suite/${inputs}: is missing; expected a file, which manifest.json lists`);
  await refusal(
    changed(files, inputs, (bytes) => new Uint8Array([...bytes, 0])),
    `suite/${inputs}: has ${size + 1} bytes; expected ${size}, as manifest.json has it`,
  );
  const sum = sha256(files.find(({ name }) => name === inputs)?.bytes ?? new Uint8Array());
  const last = changed(files, inputs, (bytes) => bytes.fill(255, -1));
  const found = sha256(last.find(({ name }) => name === inputs)?.bytes ?? new Uint8Array());
  await refusal(last, `suite/${inputs}: has SHA-256 ${found}; expected ${sum}, as manifest.json has it`);
});

test("SHA256SUMS that is not the manifest's is refused", async () => {
  const files = await made();
  const text = (change: (text: string) => string) =>
    changed(files, "SHA256SUMS", (bytes) =>
      new TextEncoder().encode(change(new TextDecoder().decode(bytes))),
    );
  await refusal(
    text((sums) => `${sums}more\n`),
    'suite/SHA256SUMS: line 11 is "more"; expected missing, as manifest.json has it',
  );
  await refusal(
    text((sums) => sums.replace("  manifest.json", "  manifest.txt")),
    /^suite\/manifest\.json: has SHA-256 [0-9a-f]{64}; expected one, as SHA256SUMS has it$/,
  );
});

const REFUSED: readonly (readonly [
  what: string,
  from: string | RegExp,
  to: string,
  message: string | RegExp,
])[] = [
  ["is no JSON", /\n}\n$/, "\n", "suite/manifest.json: text is not valid JSON; expected a JSON object"],
  [
    "has another schema",
    '"schema": 1',
    '"schema": 2',
    "suite/manifest.json: schema is 2; expected 1, the version that is read here",
  ],
  [
    "has no schema",
    ',\n"schema": 1',
    "",
    "suite/manifest.json: schema is missing; expected 1, the version that is read here",
  ],
  ["has no name", '"name": "small",\n', "", "suite/manifest.json: name is missing; expected a string"],
  [
    "has a case without a tier",
    '"tier":"bounded",',
    "",
    "suite/manifest.json: cases[0].tier is missing; expected one of exact, bounded, special",
  ],
  [
    "has a case without a type",
    '"dtype":"F32",',
    "",
    "suite/manifest.json: cases[0].dtype is missing; expected one of F64, F32, F16, BF16",
  ],
  [
    "has a case without an operator",
    '"op":"linear",',
    "",
    /^suite\/manifest\.json: cases\[0\]\.op is missing; expected one of embed, /,
  ],
  [
    "has a case without attributes",
    '"attributes":{},',
    "",
    "suite/manifest.json: cases[0].attributes is missing; expected an object",
  ],
  [
    "has a case without a ratio",
    /"zeroRatio":[^}]+/,
    '"zero":1',
    "suite/manifest.json: cases[0].zeroRatio is missing; expected a number",
  ],
  [
    "has a ratio below 0",
    /"constRatio":[^,]+/,
    '"constRatio":-1',
    "suite/manifest.json: cases[0].constRatio is -1; expected 0 or more",
  ],
  [
    "has an id that is not of the operator",
    '"id":"linear/f32/small"',
    '"id":"linear/f16/small"',
    'suite/manifest.json: cases[0].id is "linear/f16/small"; expected linear/f32/ and a name',
  ],
  [
    "has an id twice",
    '"id":"linear/f32/whole"',
    '"id":"linear/f32/small"',
    'suite/manifest.json: cases[1].id is "linear/f32/small"; expected each id once',
  ],
  [
    "has a pitch that is no whole number",
    '"pitch":7',
    '"pitch":7.5',
    'suite/manifest.json: cases[0].layout["x"].pitch is 7.5; expected a whole number from 0 to 65535',
  ],
  [
    "has kills that are no words",
    '"kills":["M01/F32"]',
    '"kills":[1]',
    "suite/manifest.json: cases[1].kills[0] is 1; expected a string",
  ],
  [
    "has an input that the operator has not",
    '"inputs":{"b"',
    '"inputs":{"bias"',
    'suite/manifest.json: inputs of linear/f32/small have "bias"; expected inputs of linear alone',
  ],
  [
    "lacks an input",
    /,"x":\{"shape":\[2,5\]\}/,
    "",
    "suite/manifest.json: inputs of linear/f32/small have no x; expected every input of linear",
  ],
  [
    "has another shape of an input than its file",
    '"w":{"shape":[5,3]}',
    '"w":{"shape":[3,5]}',
    'suite/inputs/linear.f32.safetensors: tensor "small/in.w" is F32 [5,3]; expected F32 [3,5], by the manifest',
  ],
  [
    "has outputs that are not those of the inputs",
    '"outputs":{"y":[2,3]}',
    '"outputs":{"y":[3,2]}',
    'suite/manifest.json: outputs of linear/f32/small are {"y":[3,2]}; expected {"y":[2,3]}, by its inputs',
  ],
  [
    "has a case that its file has not",
    '"id":"linear/f32/whole"',
    '"id":"linear/f32/hole"',
    'suite/inputs/linear.f32.safetensors: has no tensor "hole/in.x"; expected it, by the manifest',
  ],
  [
    "has a recipe of a word that is none",
    '"stream":[3,4294967295]',
    '"stream":[3,4294967296]',
    /stream\[1\] is 4294967296; expected a whole number from 0 to 4294967295$/,
  ],
  [
    "has a recipe of three words",
    '"key":[7,0]',
    '"key":[7,0,0]',
    /recipe\.key is \[7,0,0\]; expected two words$/,
  ],
  [
    "has a recipe of 25 bits",
    '"bits":8',
    '"bits":25',
    /recipe\.bits is 25; expected a whole number from 1 to 24$/,
  ],
];

for (const [what, from, to, message] of REFUSED)
  test(`a manifest that ${what} is refused, though every sum is right`, async () => {
    const files = await made();
    await refusal(
      resealed(files, (text) => {
        const forged = text.replace(from, to);
        assert.notEqual(forged, text);
        return forged;
      }),
      message,
    );
  });

test("a manifest that lists a file outside of the suite is refused before it is read", async () => {
  const files = resealed(await made(), (text) => text.replace('"inputs/add.f64', '"inputs/../../add.f64'));
  await refusal(
    files,
    /^suite\/manifest\.json: files\["inputs\/\.\.\/\.\.\/add\.f64\.safetensors"\] is \{.+; expected no file of that name, /,
  );
});

test("a manifest that lists no file of a case is refused", async () => {
  const forged = resealed(await made(), (text) => text.replace(/"inputs\/add.+\n/, ""));
  const files = changed(forged, "SHA256SUMS", (bytes) =>
    new TextEncoder().encode(new TextDecoder().decode(bytes).replace(/.+inputs\/add.+\n/, "")),
  );
  await refusal(
    files,
    "suite/manifest.json: lists no inputs/add.f64.safetensors; expected it, for add/f64/random",
  );
});

test("generate(cases) refuses an id that two cases have", async () => {
  const [first = assert.fail()] = CASES;
  await assert.rejects(generate([first, first], { name: "twice", digest: sha256 }), {
    name: "FormatError",
    message: "generate: the id linear/f32/small is taken; expected each id once",
  });
});

test("checkBounds(known) refuses a bound that is NaN, as no answer is beyond it", () => {
  const [given = assert.fail()] = CASES;
  const known = knownOf(given);
  checkBounds(known);
  const [bound, likely] = [known.gauge["y"]?.bound ?? assert.fail(), new Float64Array(6).fill(Number.NaN, 4)];
  assert.throws(() => checkBounds({ ...known, gauge: { y: { bound, likely } } }), {
    name: "FormatError",
    message: "generate: likely of y of linear/f32/small is NaN at 4; expected 0 or more",
  });
});
