// Rotary positions: see reference/ops/rotary.ts. The angles are worked out here, in float64, and kept.
import { cos, sin } from "../../reference/elementary.ts";
import type { Gradients, Ops, Rotation } from "../../reference/ops/contract.ts";
import { frequency } from "../../reference/ops/frequencies.ts";
import { type Matrix, matrixOf } from "../../reference/tensor.ts";
import type { Machine } from "../machine.ts";

/** The pair (a, b) becomes (a cos θ − b sin θ, a sin θ + b cos θ), θ = (start + t) · base^(−2i/K). */
export const rotary =
  (machine: Machine): Ops["rotary"] =>
  (x, rotation) => {
    checkWidth("rotary: x", x, rotation.K);
    return machine.operator(() => turned(machine, x, rotation, 1));
  };

/** Each pair of dy turns back by its angle. */
export const rotaryGradient =
  (machine: Machine): Gradients["rotary"] =>
  (dy, rotation) => {
    checkWidth("rotaryGradient: dy", dy, rotation.K);
    return machine.operator(() => [turned(machine, dy, rotation, -1)]);
  };

function turned<H>(
  machine: Machine,
  x: Matrix<"T", H>,
  rotation: Rotation,
  direction: 1 | -1,
): Matrix<"T", H> {
  const [T, H] = x.shape;
  const y = machine.like(x);
  const turns = matrixOf(turnsOf(rotation, T), T, rotation.K);
  const halves = rotation.pairing === "half-split" ? 1 : 0;
  const places = [x, turns, y].map(machine.place);
  machine.run("rotary", T, 1, 2 * x.size, ...places, H, rotation.K, halves, direction);
  return y;
}

function checkWidth(found: string, x: Matrix, K: number): void {
  const [, H] = x.shape;
  if (K % 2 !== 0)
    throw new RangeError(`rotary: K is ${K}; expected an even width, since elements turn in pairs`);
  if (H % K !== 0)
    throw new RangeError(`${found} has ${H} columns; expected a multiple of K = ${K}, the width of a head`);
}

/** What one (K, base, scaling) has been asked for so far: the rows of positions 0 to rows − 1. */
interface Turns {
  readonly numbers: Float32Array;
  readonly rows: number;
}

const kept = new Map<string, Turns>();
const MOST_TABLES = 8;
const MOST_NUMBERS = 4194304; // 16 MiB a table

/** Rows `start` to start + T − 1 of the table: K/2 cosines and K/2 sines each. A decoder asks for one more every time. */
function turnsOf(rotation: Rotation, T: number): Float32Array {
  const { K, start, base, scaling } = rotation;
  const rows = start + T;
  if (!(Number.isInteger(start) && start >= 0 && rows * K <= MOST_NUMBERS)) {
    const numbers = new Float32Array(T * K);
    fill(numbers, rotation, start, T);
    return numbers;
  }
  const key = `${K} ${base} ${scaling ? JSON.stringify(scaling) : ""}`;
  const table = grown(kept.get(key) ?? { numbers: new Float32Array(0), rows: 0 }, rotation, rows);
  if (!kept.has(key) && kept.size >= MOST_TABLES) kept.clear();
  kept.set(key, table);
  return table.numbers.subarray(start * K, rows * K);
}

function grown(table: Turns, rotation: Rotation, rows: number): Turns {
  const { K } = rotation;
  if (rows <= table.rows) return table;
  let { numbers } = table;
  if (numbers.length < rows * K) {
    numbers = new Float32Array(Math.max(rows * K, 2 * numbers.length));
    numbers.set(table.numbers);
  }
  fill(numbers.subarray(table.rows * K), rotation, table.rows, rows - table.rows);
  return { numbers, rows };
}

function fill(numbers: Float32Array, rotation: Rotation, start: number, T: number): void {
  const { K } = rotation;
  for (let i = 0; i < K / 2; i++) {
    const speed = frequency(rotation, i);
    for (let t = 0; t < T; t++) {
      const angle = (start + t) * speed;
      numbers[t * K + i] = cos(angle);
      numbers[t * K + K / 2 + i] = sin(angle);
    }
  }
}
