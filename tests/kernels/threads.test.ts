// Work shared out among threads: where it is cut, that no number of threads moves a bit, and how threads end.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { after, test } from "node:test";
import { Worker } from "node:worker_threads";
import fc from "fast-check";
import { type Kernels, kernels } from "../../kernels/index.node.ts";
import { type Beginning, kernelsWith } from "../../kernels/kernels.ts";
import { cuts } from "../../kernels/threads/tasks.ts";
import { stream } from "../../reference/random.ts";
import { type Matrix, map, matrix, type Tensor, vector } from "../../reference/tensor.ts";
import { Optimizer } from "../../reference/training/optimizer.ts";
import { presets } from "../../reference/training/presets.ts";
import { train } from "../../reference/training/train.ts";
import { tensorsIn } from "../../reference/weights.ts";
import { holds, sameBits, sameEverything } from "../assertions.ts";

const shared = { mebibytes: 64, shareFrom: 0 }; // however little there is to do
const each = await Promise.all([1, 2, 3].map((threads) => kernels({ ...shared, threads })));
after(() => each.forEach((k) => void k.close()));

test("cuts(items, grain, threads) cover the items, at multiples of the grain, as even as it allows", () => {
  const least = (min: number, max: number) => fc.integer({ min, max });
  holds(
    fc.property(least(0, 5000), least(1, 64), least(1, 24), (items, grain, threads) => {
      const ends = cuts(items, grain, threads);
      assert.equal(ends.length, threads + 1);
      assert.equal(ends[0], 0);
      assert.equal(ends.at(-1), items);
      const grains = ends.slice(1).map((end, t) => Math.ceil((end - (ends[t] ?? 0)) / grain));
      assert.ok(Math.min(...grains) >= 0 && Math.max(...grains) - Math.min(...grains) <= 1, `${grains}`);
      for (const end of ends.slice(0, -1)) assert.ok(end % grain === 0 || end === items, `${end}`);
    }),
  );
});

test("cuts of 100 items by 8 among 3 threads are 0, 32, 64 and 100", () => {
  assert.deepEqual(cuts(100, 8, 3), [0, 32, 64, 100]);
});

// The same bits.

interface Sizes {
  readonly T: number;
  readonly D: number;
  readonly seed: number;
}
/** The largest are those of several chunks for `squares`, which adds up 4,096 numbers in one go. */
const sizes = fc
  .record({
    T: fc.oneof(fc.integer({ min: 20, max: 70 }), fc.integer({ min: 129, max: 150 })),
    K: fc.constantFrom(6, 10, 22, 24, 26),
    seed: fc.nat(),
  })
  .map(({ T, K, seed }) => ({ T, D: 6 * K, seed }));

/** Everything that an operator may be given: numbers of both signs, a third of them zeros. */
function given({ T, D, seed }: Sizes) {
  const numbers = stream(seed, "numbers");
  const number = (): number => Math.max(0, 3 * numbers.uniform() - 1) * (numbers.uniform() < 0.5 ? -1 : 1);
  const random = <R, C>(r: number, c: number): Matrix<R, C> => matrix(r, c, number);
  const x = random<"T", never>(T, D);
  return {
    ...{ x, dy: random<"T", never>(T, D), gate: random<"T", never>(T, D), b: vector<never>(D, number) },
    ...{
      w: random<never, never>(D, D),
      table: random<"V", never>(T, D),
      k: random<"S", "G·K">(T + 3, D / 2),
    },
    ...{ v: random<"S", "G·K">(T + 3, D / 2), loss: vector<"T">(T, number), K: D / 6 },
    tokens: Array.from({ length: T }, () => Math.floor(numbers.uniform() * T)),
    targets: Array.from({ length: T }, () => Math.floor(numbers.uniform() * D)),
  };
}
type Given = ReturnType<typeof given>;
const cases = fc.sample(sizes, { seed: 20231006, numRuns: 8 }).map(given);
assert.ok(
  cases.some(({ w }) => w.size > 4 * 4096) && cases.some(({ w }) => w.size < 4096),
  "small and large",
);

const rotation = (K: number) => ({ K, start: 5, base: 10_000, pairing: "half-split" }) as const;
const relu = { kind: "relu", shift: 0.25 } as const;
const gelu = { kind: "gelu", shift: 0 } as const;
const update = {
  beta1: 0.9,
  beta2: 0.99,
  epsilon: 1e-8,
  decay: 0.1,
  scale: 0.5,
  correction1: 0.1,
  correction2: 0.01,
};

/** What training changes in place, as functions of fresh results. */
const changed = (
  k: Kernels,
  change: (own: readonly [Tensor, Tensor, Tensor]) => void,
  { w }: Given,
): readonly Tensor[] => {
  const own = [k.inPlace.own(w), k.inPlace.own(w), k.inPlace.own(w)] as const;
  change(own);
  const copies = own.map((x) => k.add(x, x));
  for (const x of own) k.inPlace.disown(x);
  return copies;
};

const calls: Readonly<Record<string, (k: Kernels, given: Given) => unknown>> = {
  embed: (k, { tokens, table }) => k.embed(tokens, table),
  linear: (k, { x, w, b }) => k.linear(x, w, b),
  activeLinear: (k, { x, w, b }) => k.activeLinear(x, w, b),
  gatedLinear: (k, { x, w, gate }) => k.gatedLinear(x, w, gate),
  activeGatedLinear: (k, { x, w, gate }) => k.activeGatedLinear(x, w, gate),
  unembed: (k, { x, table }) => k.unembed(x, table),
  add: (k, { x, dy }) => k.add(x, dy),
  mul: (k, { x, dy }) => k.mul(x, dy),
  "activate by relu": (k, { x }) => k.activate(x, relu),
  "activate by gelu": (k, { x }) => k.activate(x, gelu),
  "activate by identity": (k, { x }) => k.activate(x, { kind: "identity" }),
  softmax: (k, { x }) => k.softmax(x),
  layerNorm: (k, { x, b }) => k.layerNorm(x, b, b, 1e-5),
  rmsNorm: (k, { x, b }) => k.rmsNorm(x, b, 1e-5),
  rotary: (k, { x, K }) => k.rotary(x, rotation(K)),
  append: (k, { x }) => k.append(undefined, x),
  attend: (k, { x, k: keys, v, K }) => k.attend(x as Matrix<"T", "N·K">, keys, v, K),
  crossEntropy: (k, { x, targets }) => k.crossEntropy(x, targets),
  "gradient.embed": (k, { dy, tokens, table }) => k.gradient.embed(dy, tokens, table),
  "gradient.linear": (k, { dy, x, w, b }) => k.gradient.linear(dy, x, w, b),
  "gradient.gatedLinear": (k, { dy, x, w, gate }) => k.gradient.gatedLinear(dy, x, w, gate),
  "gradient.unembed": (k, { x, table }) => k.gradient.unembed(k.unembed(x, table), x, table),
  "gradient.mul": (k, { dy, x, gate }) => k.gradient.mul(dy, x, gate),
  "gradient.activate by relu": (k, { dy, x }) => k.gradient.activate(dy, x, relu),
  "gradient.activate by gelu": (k, { dy, x }) => k.gradient.activate(dy, x, gelu),
  "gradient.softmax": (k, { dy, x }) => k.gradient.softmax(dy, x),
  "gradient.layerNorm": (k, { dy, x, b }) => k.gradient.layerNorm(dy, x, b, b, 1e-5),
  "gradient.rmsNorm": (k, { dy, x, b }) => k.gradient.rmsNorm(dy, x, b, 1e-5),
  "gradient.rotary": (k, { dy, K }) => k.gradient.rotary(dy, rotation(K)),
  "gradient.append": (k, { dy, x }) => k.gradient.append(dy as Matrix as Matrix<"S", never>, undefined, x),
  "gradient.attend": (k, { dy, x, k: keys, v, K }) =>
    k.gradient.attend(dy as Matrix<"T", "N·K">, x as Matrix<"T", "N·K">, keys, v, K),
  "gradient.crossEntropy": (k, { loss, x, targets }) => k.gradient.crossEntropy(loss, x, targets),
  "inPlace.accumulate": (k, g) => changed(k, ([a]) => k.inPlace.accumulate(a, g.w), g),
  "inPlace.adamw": (k, g) =>
    changed(k, ([w, first, second]) => k.inPlace.adamw(w, first, second, g.w, { ...update, rate: 0.1 }), g),
  "inPlace.clear": (k, g) => changed(k, ([a]) => k.inPlace.clear(a), g),
  "inPlace.squares": (k, { w }) => vector(1, () => k.inPlace.squares(w)),
};

for (const [name, call] of Object.entries(calls))
  test(`${name} has the same bits on one, two and three threads`, () => {
    for (const arguments_ of cases) {
      const [wanted, ...others] = each.map((k) => call(k, arguments_));
      for (const other of others) sameEverything(other, wanted);
    }
  });

test("every operator of the contract, its gradient and what changes in place is among those compared", () => {
  const [k] = each as [Kernels];
  const names = new Set(Object.keys(calls).map((name) => name.split(" ")[0]));
  const {
    gradient,
    inPlace,
    machine: _,
    threads: __,
    load: ___,
    unload: ____,
    close: _____,
    scope: ______,
    ...operators
  } = k;
  for (const name of Object.keys(operators)) assert.ok(names.has(name), name);
  for (const name of Object.keys(gradient)) assert.ok(names.has(`gradient.${name}`), name);
  const { own: _own, disown: _disown, ...changing } = inPlace;
  for (const name of Object.keys(changing)) assert.ok(names.has(`inPlace.${name}`), name);
});

test("a run of training has the same bits on one, two and three threads", () => {
  const preset = presets["opt-relu"];
  assert.ok(preset);
  const recipe = { ...preset.recipe, steps: 3, batch: 2, context: 32, warmUp: 1 };
  const text = Array.from({ length: 500 }, (_, i) => (i * i + (i >> 3)) % 41);
  const runs = each.map((k) => {
    const model = preset.model(41, 1);
    const optimizer = new Optimizer(k.inPlace, model.weights, recipe);
    const losses = [
      ...train(k, { ...model, weights: optimizer.weights } as typeof model, optimizer, text, recipe),
    ];
    const weights = [...tensorsIn(optimizer.weights)].map((w) => map(w, (value) => value));
    optimizer.release();
    return { losses: losses.map(({ loss, norm }) => vector(2, (i) => (i ? loss : norm))), weights };
  });
  for (const run of runs) sameEverything(run, runs[0]);
});

// Lives of threads.

const x = matrix<"T", "D">(200, 200, (r, c) => r - c);

test("close() lets every thread run out by itself, and the kernels go on with one", async () => {
  const [workers, exits]: [Worker[], Promise<number>[]] = [[], []];
  const k = await kernelsWith(
    (beginning: Beginning) =>
      new Promise((resolve) => {
        const url = new URL("../../kernels/threads/worker.node.js", import.meta.url);
        const worker = new Worker(url, { workerData: beginning, execArgv: [] });
        workers.push(worker);
        exits.push(new Promise((ended) => worker.once("exit", ended)));
        worker.once("message", () => resolve(() => undefined)); // nothing ends it but what it is told
      }),
    { ...shared, threads: 3 },
  );
  const sum = k.add(x, x);
  assert.equal(exits.length, 2);
  k.close();
  const patience = setTimeout(() => workers.forEach((worker) => void worker.terminate()), 5000); // they then exit with 1
  assert.deepEqual(await Promise.all(exits), [0, 0]);
  clearTimeout(patience);
  sameBits(k.add(x, x), sum);
  k.close();
});

test("a process that forgot close() ends", async () => {
  const script = `
    import { kernels } from ${JSON.stringify(new URL("../../kernels/index.node.ts", import.meta.url).href)};
    const { threads } = await kernels({ threads: 3, mebibytes: 32 });
    process.stdout.write(String(threads));`;
  const child = spawn(process.execPath, ["--import", "tsx", "--input-type=module", "-e", script], {
    stdio: ["ignore", "pipe", "inherit"],
    timeout: 20_000, // it is then killed, and its code is null
  });
  let out = "";
  child.stdout.on("data", (part) => {
    out += part;
  });
  const code = await new Promise((resolve) => child.on("close", resolve));
  assert.deepEqual([out, code], ["3", 0]);
});

test("many kernels live side by side, and take each other's tensors", async () => {
  const [one, two] = await Promise.all([
    kernels({ ...shared, threads: 2 }),
    kernels({ ...shared, threads: 2 }),
  ]);
  const [a, b] = [one.load(x), two.load(x)];
  const wanted = each[0]?.add(x, x) ?? x;
  for (const k of [one, two, one]) {
    sameBits(k.add(a, b), wanted);
    sameBits(
      k.scope(() => k.add(a, b)),
      wanted,
    );
  }
  one.close();
  sameBits(two.add(a, b), wanted);
  two.close();
});

test("a kernel that fails on another thread fails in the caller, who can go on", async () => {
  const k = await kernels({ ...shared, threads: 2 });
  const [half, bytes] = [20_000, shared.mebibytes * 1048576]; // the second half lies beyond the memory
  assert.throws(() => k.machine.run("clear", 2 * half, 16, 2 * half, bytes - 4 * half), {
    name: "Error",
    message: "kernels: a kernel failed on another thread; its result is not whole",
  });
  sameBits(k.add(x, x), each[0]?.add(x, x) ?? x);
  k.close();
});

test("where threads cannot be had there is one", async () => {
  assert.equal((await kernelsWith(undefined, { threads: 4, mebibytes: 32 })).threads, 1);
  assert.deepEqual(
    each.map(({ threads }) => threads),
    [1, 2, 3],
  );
});

test("kernels refuses a number of threads, a size of memory or a least work that is out of range", async () => {
  for (const threads of [0, -1, 1.5, 25, Number.NaN])
    await assert.rejects(kernels({ threads }), {
      name: "RangeError",
      message: `kernels: threads is ${threads}; expected a whole number from 1 to 24`,
    });
  for (const mebibytes of [0, 31, 32.5, 4097, Number.NaN])
    await assert.rejects(kernels({ mebibytes }), {
      name: "RangeError",
      message: `kernels: mebibytes is ${mebibytes}; expected a whole number from 32 to 4096`,
    });
  for (const shareFrom of [-1, Number.NaN])
    await assert.rejects(kernels({ shareFrom }), {
      name: "RangeError",
      message: `kernels: shareFrom is ${shareFrom}; expected a number of multiply-adds, 0 or more`,
    });
});
