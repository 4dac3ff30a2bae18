import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { survey } from "../../../reference/decoding/survey.ts";
import { count } from "../../../reference/interpret/count.ts";
import { type Architecture, architectures } from "../../../reference/measure/architectures.ts";
import {
  bytesPerToken,
  dense,
  type InputSparsity,
  ledger,
  type Projection,
} from "../../../reference/measure/ledger.ts";
import { sparsity } from "../../../reference/measure/sparsity.ts";
import { empty } from "../../../reference/models/cache.ts";
import { forward, type Model } from "../../../reference/models/model.ts";
import { reference } from "../../../reference/ops/reference.ts";
import { names } from "../../../reference/weights.ts";
import { holds } from "../../assertions.ts";
import { none, tinyLlama, tinyModels, tokens } from "../models/tiny.ts";

const gated: Architecture = { gated: true, sizes: { V: 7, D: 4, F: 10, L: 3, N: 2, G: 1, K: 2 } };
const plain: Architecture = { ...gated, gated: false };
const inputs: InputSparsity = { qkv: 0.5, up: 0.25, down: 0.8 };

test("ledger(gated, sparsity): each projection by hand, the up projection by the larger of its two zeros", () => {
  const { projections, multiplyAdds } = ledger(gated, inputs, { lmHead: true });
  const wanted = {
    qkv: 3 * 4 * (2 + 2 * 1) * 2 * 0.5,
    output: 3 * 4 * 4,
    gate: 3 * 40 * 0.75,
    up: 3 * 40 * (1 - 0.8),
    down: 3 * 40 * (1 - 0.8),
    head: 28,
  };
  assert.deepEqual(projections, wanted);
  assert.ok(Math.abs(multiplyAdds - (48 + 48 + 90 + 24 + 24 + 28)) < 1e-12);
});

test("ledger(plain, sparsity) has no gate and, unless asked for, no head; its up projection skips for its input alone", () => {
  const { projections } = ledger(plain, inputs);
  assert.deepEqual([projections.gate, projections.up, projections.head], [0, 3 * 40 * 0.75, 0]);
});

test("ledger(gated, sparsity, independent): the up projection is done where neither side is zero", () => {
  assert.ok(Math.abs(ledger(gated, inputs, { independent: true }).projections.up - 120 * 0.75 * 0.2) < 1e-12);
  assert.deepEqual(ledger(plain, inputs, { independent: true }), ledger(plain, inputs));
});

test("bytesPerToken(ledger) reads each weight once: 4, 2 and 1 byte a multiply-add", () => {
  const work = ledger(plain, dense);
  assert.deepEqual(bytesPerToken(work), {
    f32: 4 * work.multiplyAdds,
    f16: 2 * work.multiplyAdds,
    int8: work.multiplyAdds,
  });
});

test("ledger of the published architectures, dense, with and without head, in 10⁹", () => {
  const giga = Object.entries(architectures).map(([name, architecture]) => [
    name,
    ...[false, true].map((lmHead) => (ledger(architecture, dense, { lmHead }).multiplyAdds / 1e9).toFixed(2)),
  ]);
  assert.deepEqual(giga, [
    ["falcon-7b", "6.63", "6.92"],
    ["llama-7b", "6.48", "6.61"],
    ["opt-6.7b", "6.44", "6.65"],
    ["opt-2.7b", "2.52", "2.65"],
    ["opt-1.3b", "1.21", "1.31"],
  ]);
});

test("ledger never rises with a sparsity, and is 0 for what reads nothing but zeros", () => {
  const share = fc.double({ min: 0, max: 1, noNaN: true });
  holds(
    fc.property(share, share, share, share, fc.boolean(), (qkv, up, down, more, independent) => {
      for (const architecture of [gated, plain]) {
        const before = ledger(architecture, { qkv, up, down }, { independent }).multiplyAdds;
        for (const raised of [
          { qkv: Math.max(qkv, more), up, down },
          { qkv, up: Math.max(up, more), down },
          { qkv, up, down: Math.max(down, more) },
        ])
          assert.ok(ledger(architecture, raised, { independent }).multiplyAdds <= before + 1e-9);
      }
    }),
  );
  const { projections } = ledger(gated, { qkv: 1, up: 1, down: 1 });
  assert.deepEqual(projections, { qkv: 0, output: 48, gate: 0, up: 0, down: 0, head: 0 });
});

const architectureOf = ({ family, config }: Model): Architecture => ({
  gated: family === "llama",
  sizes: config.sizes,
});

const part: Readonly<Record<string, Projection>> = {
  ...{ query: "qkv", key: "qkv", value: "qkv", output: "output", gate: "gate", up: "up", down: "down" },
};

for (const model of tinyModels) {
  test(`${model.family}: the dense ledger is what count(reference) counts, projection by projection`, () => {
    const ops = count(reference);
    forward(ops, model, tokens, empty);
    const counted = { qkv: 0, output: 0, gate: 0, up: 0, down: 0, head: 0 };
    const path = names(model.weights);
    for (const [w, { multiplyAdds }] of ops.ledger) {
      const name = /^layers\.\d+\.(\w+)/.exec(path.get(w) ?? "")?.[1] ?? "";
      counted[part[name] ?? "head"] += multiplyAdds / tokens.length;
    }
    assert.deepEqual(ledger(architectureOf(model), dense, { lmHead: true }).projections, counted);
  });

  test(`${model.family}: with measured sparsities the ledger is the work that a machine with row skipping did`, () => {
    // Of a gated layer the machine follows the gate's zeros: the ledger's maximum while nothing else in front is zero.
    const read = (
      model === tinyLlama ? { ...model, config: { ...model.config, afterNorm: none } } : model
    ) as Model;
    const { layers, done, predictions } = survey(reference, read, tokens, { epsilon: 1e-3 });
    const machine = [...done.values()].reduce((total, { multiplyAdds }) => total + multiplyAdds, 0);
    const { sizes, gated } = architectureOf(read);
    const one = { gated, sizes: { ...sizes, L: 1 } };
    const blocks = layers.map(({ qkv, up, down }) =>
      ledger(one, { qkv: sparsity(qkv), up: sparsity(up), down: sparsity(down) }),
    );
    const total = sizes.V * sizes.D + blocks.reduce((sum, { multiplyAdds }) => sum + multiplyAdds, 0);
    assert.ok(Math.abs(total * predictions - machine) < 1e-6, `${total * predictions}, counted ${machine}`);
    assert.ok(layers.every(({ down }) => sparsity(down) > 0.1));
  });
}

test("ledger refuses a sparsity outside [0, 1], naming it", () => {
  for (const [input, share] of [
    ["qkv", -0.1],
    ["up", 1.01],
    ["down", Number.NaN],
  ] as const) {
    assert.throws(() => ledger(plain, { ...dense, [input]: share }), {
      name: "RangeError",
      message: `ledger: ${input} is ${share}; expected a fraction of zeros in [0, 1]`,
    });
  }
});
