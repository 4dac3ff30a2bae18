import assert from "node:assert/strict";
import { test } from "node:test";
import type { Case, Input } from "../../../reference/oracle/case.ts";
import type { Kernel } from "../../../reference/oracle/kernel.ts";
import { LAWS } from "../../../reference/oracle/law.ts";
import { lawsHeld } from "../../../reference/oracle/laws.ts";
import { machineKernel } from "../../../reference/oracle/machine-kernel.ts";
import { CATALOGUE } from "../../../reference/oracle/mutants/catalogue.ts";
import { numbersIn, viewOf, write } from "../../../reference/oracle/picture.ts";
import { caseOf, smallCases } from "./arithmetic/small-cases.ts";
import { cases } from "./law-cases.ts";
import { MANNERS } from "./manners.ts";

test("every law holds of machines that add in another order, with numbers that are small, large or subnormal", async () => {
  const held = new Map<string, number>();
  for (const [dtype, scale] of [
    ["F32", 1],
    ["F16", 1 / 64],
    ["BF16", 24],
  ] as const)
    for (const [i, manner] of MANNERS.slice(0, 2).entries())
      for (const given of cases(dtype, i + 1, scale)) {
        const kernel = machineKernel({ name: "right", dtypes: [dtype] }, manner);
        for (const { law, verdict, sentence } of await lawsHeld(kernel, given)) {
          assert.equal(verdict, "HOLDS", `${given.op} ${dtype} ${manner.order}: ${law}: ${sentence}`);
          held.set(law, (held.get(law) ?? 0) + 1);
        }
      }
  assert.deepEqual([...held.keys()].sort(), LAWS.map(({ name }) => name).sort());
  for (const [law, times] of held) assert.ok(times >= 6, `${law} was asked ${times} times`);
});

/** For each law a bug of the catalogue that breaks it, and of what operator. */
const BROKEN_BY: Readonly<Record<string, readonly [id: string, op: string]>> = {
  "rows in reverse give the answers in reverse": ["M07", "activeLinear"],
  "the last row alone gives its answer": ["M06", "feedForward"],
  "twice the input gives twice the answer": ["M19/softplus", "feedForward"],
  "terms in another order change no more than roundings": ["M01/4", "linear"],
  "neurons that write nothing change nothing": ["M01/8", "activeLinear"],
  "skipping zeros and reading them give the same": ["M22", "linear"],
  "a key that is still to come changes nothing": ["M45/one-more", "attend"],
};

test("each law is broken by some bug of the catalogue", async () => {
  for (const { name } of LAWS) {
    const [id, op] = BROKEN_BY[name] ?? [];
    const mutant = CATALOGUE.find((one) => one.id === id);
    assert.ok(mutant, name);
    const verdicts: string[] = [];
    for (const given of cases("F32", 2, 1).filter((one) => one.op === op))
      for (const { law, verdict } of await lawsHeld(mutant.kernel({ name }), given))
        if (law === name) verdicts.push(verdict);
    assert.ok(verdicts.includes("BROKEN"), `${id}: ${name}: ${verdicts}`);
  }
});

const product = smallCases("F32", 3).find(({ op }) => op === "linear") as Case;

test("a broken law says where, by how much, and what the other call says", async () => {
  const right = machineKernel({ name: "right" });
  const spoiling: Kernel = {
    ...right,
    run: async (picture) => {
      const outcome = await right.run(picture);
      const y = viewOf(picture, "out.y");
      if (y?.shape[0] === 1)
        write(
          picture,
          y,
          numbersIn(picture, y).map((value, i) => (i === 2 ? value + 1 : value)),
        );
      return outcome;
    },
  };
  const broken = (await lawsHeld(spoiling, product)).filter(({ verdict }) => verdict === "BROKEN");
  assert.deepEqual(
    broken.map(({ law }) => law),
    ["the last row alone gives its answer"],
  );
  assert.match(
    broken[0]?.sentence ?? "",
    /^out\.y element 2 is \S+ where the other call says \S+; expected it within \S+; wrong at element 2$/,
  );
});

test("laws that the kernel has no operator for are left out; a call that fails is an ERROR", async () => {
  const laws = (kernel: Kernel) => lawsHeld(kernel, product);
  const all = await laws(machineKernel({ name: "all" }));
  const alone = await laws(machineKernel({ name: "linear alone", ops: ["linear"] }));
  const refusing: Kernel = {
    declaration: { name: "says nothing of its operators" },
    run: (picture) =>
      picture.op === "linear"
        ? machineKernel({ name: "" }).run(picture)
        : { status: "unsupported", message: "no" },
  };
  assert.equal(alone.length, all.length - 1);
  assert.deepEqual(await laws(refusing), alone);
  const failing: Kernel = { declaration: { name: "f" }, run: () => ({ status: "crash", message: "gone" }) };
  assert.deepEqual(
    (await laws(failing)).map(({ verdict, sentence }) => [verdict, sentence]),
    all.map(() => ["ERROR", "gone"]),
  );
});

test("where an input is infinite, skipping and reading zeros may differ: the law is not asked", async () => {
  const x: Input = { shape: [1, 2], numbers: Float64Array.of(0, 1) };
  const w: Input = { shape: [2, 1], numbers: Float64Array.of(Infinity, 2) };
  const held = await lawsHeld(machineKernel({ name: "right" }), caseOf("activeLinear", "F32", { x, w }));
  assert.ok(
    held.length > 0 && held.every(({ verdict, law }) => verdict === "HOLDS" && !law.startsWith("skipping")),
  );
});
