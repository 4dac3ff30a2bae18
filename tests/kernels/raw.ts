// Single kernels over a memory of their own, watched: what they write beyond their outputs, what they read that they
// were not given, and whether another sharing of the work moves a bit.
import assert from "node:assert/strict";
import { wasm } from "../../kernels/build/alone.js";
import { webAssembly } from "../../kernels/web-assembly.ts";

/** One call of a kernel. */
export interface Call {
  readonly kernel: string;
  /** what it reads; undefined is address 0 */
  readonly inputs: readonly (Float32Array | Int32Array | undefined)[];
  /** what it writes: so many numbers, or these numbers changed in place */
  readonly outputs: readonly (number | Float32Array)[];
  /** the arguments without the share and the scratch room, from the addresses of inputs and outputs */
  readonly args: (inputs: readonly number[], outputs: readonly number[]) => readonly number[];
  readonly items: number;
  /** how many numbers each buffer lies past a multiple of 64 bytes */
  readonly offset?: number;
  /** where the shares end, but for the last */
  readonly cuts?: readonly number[];
}

const PAGES = 192;
const SCRATCH = 1048576;
const SCRATCH_AT = 65536 * PAGES - SCRATCH - 4096;
const GUARDS = 64; // numbers before and after each buffer
const GUARD = 0x0badf00d;
/** What outputs, and scratch, hold beforehand: a quiet NaN in one run and a great finite number in the other. */
const POISONS: readonly number[] = [0x7fc0beef, 0x7e967699];

const memory = new webAssembly.Memory({ initial: PAGES, maximum: PAGES, shared: false });
const words = new Uint32Array(memory.buffer);
const module = await webAssembly.compile(Uint8Array.from(atob(wasm), (c) => c.charCodeAt(0)));
const { exports } = await webAssembly.instantiate(module, { env: { memory } });

/**
 * The outputs of a call: run twice over different poisons, which must give the same bits; guards and inputs must be as
 * they were.
 */
export function run(call: Call): readonly Float32Array[] {
  const [first, second] = POISONS.map((poison) => runOver(poison, call));
  assert.deepEqual(bitsOf(first), bitsOf(second), `${call.kernel} reads what it should have written`);
  return first ?? [];
}

/** The only output of a call. */
export const result = (call: Call): Float32Array => run(call)[0] ?? new Float32Array(0);

/** The bits of each number, one sort of NaN: signs and payloads of NaN are the engine's own. */
export const bits = (x: Float32Array): Uint32Array => {
  const canonical = x.map((value) => (Number.isNaN(value) ? Number.NaN : value));
  return new Uint32Array(canonical.buffer);
};

const bitsOf = (outputs: readonly Float32Array[] = []): readonly Uint32Array[] => outputs.map(bits);

function runOver(poison: number, { kernel, inputs, outputs, args, items, offset = 0, cuts = [] }: Call) {
  let free = GUARDS;
  const place = (data: Float32Array | Int32Array): number => {
    const at = free + GUARDS + offset;
    free = Math.ceil((at + data.length + GUARDS) / 16) * 16;
    assert.ok(free < SCRATCH_AT / 4 - GUARDS, "the memory of the test is too small for its buffers");
    words.fill(GUARD, at - GUARDS, free);
    words.set(new Uint32Array(data.buffer, data.byteOffset, data.length), at);
    return at;
  };
  const read = inputs.map((data) => (data ? place(data) : 0));
  const written = outputs.map((data) => place(typeof data === "number" ? filled(data, poison) : data));
  words.fill(GUARD, SCRATCH_AT / 4 - GUARDS);
  words.fill(poison, SCRATCH_AT / 4, (SCRATCH_AT + SCRATCH) / 4);
  const before = words.slice(0, free);
  const call = exports[kernel] as (...args: readonly number[]) => void;
  const bytes = (at: number): number => 4 * at;
  for (const [i, from] of [0, ...cuts].entries())
    call(...args(read.map(bytes), written.map(bytes)), from, cuts[i] ?? items, SCRATCH_AT);

  const results = outputs.map((data, i) => {
    const [at, size] = [written[i] ?? 0, typeof data === "number" ? data : data.length];
    const copy = new Float32Array(memory.buffer, 4 * at, size).slice();
    words.set(before.subarray(at, at + size), at);
    return copy;
  });
  for (let i = 0; i < free; i++)
    if (words[i] !== before[i]) assert.fail(`${kernel} wrote outside its outputs, at word ${i}`);
  for (const at of [SCRATCH_AT - 4 * GUARDS, SCRATCH_AT + SCRATCH])
    for (let i = at / 4; i < at / 4 + GUARDS; i++)
      if (words[i] !== GUARD) assert.fail(`${kernel} wrote outside its scratch room`);
  return results;
}

const filled = (size: number, word: number): Float32Array => {
  const data = new Float32Array(size);
  new Uint32Array(data.buffer).fill(word);
  return data;
};
