// Resident memory over long runs: 20,000 tokens of many generations, and 200 steps of training, leave nothing behind.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { test } from "node:test";

const at = (path: string): string => JSON.stringify(new URL(`../../${path}`, import.meta.url).href);

/**
 * How much resident memory grew, in MiB: a process of its own warms up, for as long as compiling and filling free lists
 * take, collects its garbage, does the work, collects again. Its nursery is held at its smallest: by itself the engine
 * doubles it now and then, up to 32 MiB, however little is alive.
 */
async function growth(script: string): Promise<number> {
  const measured = `
    import { kernels } from ${at("kernels/index.node.ts")};
    import { generate } from ${at("reference/decoding/generate.ts")};
    import { greedy } from ${at("reference/decoding/sampling.ts")};
    import { Optimizer } from ${at("reference/training/optimizer.ts")};
    import { presets } from ${at("reference/training/presets.ts")};
    import { train } from ${at("reference/training/train.ts")};
    const resident = () => { for (let i = 0; i < 3; i++) gc(); return process.memoryUsage.rss() / 1048576; };
    const k = await kernels({ threads: 2, mebibytes: 64 });
    const model = presets.lesson.model(79, 1);
    ${script}
    k.close();`;
  const args = [
    "--expose-gc",
    "--max-semi-space-size=1",
    "--import",
    "tsx",
    "--input-type=module",
    "-e",
    measured,
  ];
  const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
  let out = "";
  child.stdout.on("data", (part) => {
    out += part;
  });
  assert.equal(await new Promise((resolve) => child.on("close", resolve)), 0);
  return Number(out);
}

/**
 * MiB that pages half filled may move by. To keep so much as an object of 100 bytes for each operator would take more: 36
 * and more a token, so 69 MiB over 20,000 tokens; 150 and more a window, so 11 MiB over 800 windows.
 */
const JITTER = 4;

test("20,000 tokens over successive generations keep resident memory flat", async () => {
  const grown = await growth(`
    const own = { ...model, weights: k.load(model.weights) };
    const write = (tokens) => {
      for (let made = 0, start = 0; made < tokens; start++)
        for (const { token } of generate(k, own, [start % 79, 1, 2], greedy)) made += token >= 0 ? 1 : 0;
    };
    write(20000);
    const before = resident();
    write(20000);
    process.stdout.write(String(resident() - before));`);
  assert.ok(grown < JITTER, `grew by ${grown} MiB; expected less than ${JITTER}`);
});

test("200 steps of training keep resident memory flat", async () => {
  const grown = await growth(`
    const recipe = { ...presets.lesson.recipe, steps: 300 };
    const text = Array.from({ length: 5000 }, (_, i) => (i * i + (i >> 3)) % 79);
    const optimizer = new Optimizer(k.inPlace, model.weights, recipe);
    let before = 0;
    for (const { step } of train(k, { ...model, weights: optimizer.weights }, optimizer, text, recipe))
      if (step === 100) before = resident();
    process.stdout.write(String(resident() - before));`);
  assert.ok(grown < JITTER, `grew by ${grown} MiB; expected less than ${JITTER}`);
});
