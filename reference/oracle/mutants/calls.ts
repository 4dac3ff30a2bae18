// Bugs of how a call is read: biases, orientations, indices, scales.
import type { Case, Input } from "../case.ts";
import { type Grid, lookedUp, mapped } from "../operators/grid.ts";
import { altered, type Mutant, numbersOf, replacing } from "./mutant.ts";

const times = (factor: number) => (input: Input) => numbersOf(input, (value) => factor * value);

/** Data of [R, C] read as [C, R] and turned. */
const turnedData = (input: Input): Input => {
  const [R = 0, C = 0] = input.shape;
  return numbersOf(input, (_, i) => input.numbers[(i % C) * R + Math.floor(i / C)] ?? 0);
};

/** Rows read at i + step; what lies outside reads the other end. */
const rowsMoved =
  (step: number) =>
  (w: Grid<number>): Grid<number> =>
    lookedUp(w.rows, w.columns, (r, c) => w.at((r + step + w.rows) % Math.max(1, w.rows), c));

const movedRows = (id: string, bug: string, step: number): Mutant => ({
  id,
  bug,
  witness: "Tutel 339 (indices out of range)",
  kernel: altered({
    operators: (ops) => ({
      ...ops,
      activeLinear: (x, w, b) => ops.activeLinear(x, rowsMoved(step)(w), b),
      activeGatedLinear: (x, w, g) => ops.activeGatedLinear(x, rowsMoved(step)(w), g),
    }),
  }),
});

const swapped = (given: Case): Case => {
  const { gate, up } = given.inputs;
  if (!gate || !up) return given;
  const turn = (input: Input): Input => {
    const [R = 0, C = 0] = input.shape;
    const numbers = Float64Array.from(
      { length: R * C },
      (_, i) => input.numbers[(i % R) * C + Math.floor(i / R)] ?? 0,
    );
    return { shape: [C, R], numbers };
  };
  return { ...given, inputs: { ...given.inputs, gate: turn(up), up: turn(gate) } };
};

const scaled = (id: string, factor: number): Mutant => ({
  id,
  bug: `results are ${factor.toFixed(4)} times what they should be`,
  witness: "vLLM 46176 (240 for 224 in a scale)",
  kernel: altered({
    operators: (ops) => {
      const up = (y: Grid<number>): Grid<number> => mapped(y, (value) => value * factor);
      return {
        ...ops,
        linear: (x, w, b) => up(ops.linear(x, w, b)),
        activeLinear: (x, w, b) => up(ops.activeLinear(x, w, b)),
        gatedLinear: (x, w, g) => up(ops.gatedLinear(x, w, g)),
        activeGatedLinear: (x, w, g) => up(ops.activeGatedLinear(x, w, g)),
        unembed: (x, table) => up(ops.unembed(x, table)),
      };
    },
  }),
});

export const callMutants: readonly Mutant[] = [
  {
    id: "M09",
    bug: "the bias before the activation is missing",
    witness: "gates are seldom biased",
    kernel: altered({ call: (given) => replacing(given, { gateBias: times(0), upBias: times(0) }) }),
  },
  {
    id: "M10",
    bug: "the last bias is missing",
    witness: "a fused epilogue left out",
    kernel: altered({ call: (given) => replacing(given, { downBias: times(0), b: times(0) }) }),
  },
  {
    id: "M11",
    bug: "the last bias is added twice",
    witness: "beta = 1 beside an epilogue",
    kernel: altered({ call: (given) => replacing(given, { downBias: times(2), b: times(2) }) }),
  },
  {
    id: "M20",
    bug: "gate and up are swapped",
    witness: "two projections in one tensor",
    kernel: altered({ call: swapped }),
  },
  {
    id: "M21",
    bug: "the weights are read in the other orientation",
    witness: "a leading dimension of the other axis",
    kernel: altered({
      call: (given) => replacing(given, { w: turnedData, table: turnedData, down: turnedData }),
    }),
  },
  movedRows("M22", "each active index reads the next row", 1),
  movedRows("M22/base-1", "indices count from 1: each reads the row before", -1),
  scaled("M33", 240 / 224),
  scaled("M33/small", 1.001),
];
