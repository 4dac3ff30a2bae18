// What the machine can do, measured beside the kernels: reading memory, adding and multiplying. Nothing goes faster.
import { availableParallelism, loadavg } from "node:os";
import type { Tensor } from "../../reference/tensor.ts";
import type { Kernels } from "../index.node.ts";
import { type Contestant, giga } from "./measure.ts";

/** Numbers that `readAll` reads at a time. */
const GRAIN = 32;

/** Reads all numbers of a tensor in the kernels' memory, and does nothing else. */
export const reading = ({ machine }: Kernels, w: Tensor): Contestant => {
  const size = w.size - (w.size % GRAIN);
  return { run: () => machine.run("readAll", size, GRAIN, size, w.data.byteOffset) };
};

const ITEMS = 200_000;
const FLOPS = 48 * ITEMS;

/** Adds and multiplies in registers, and does nothing else. */
export const computing = ({ machine }: Kernels): Contestant => ({
  run: () => machine.run("computeAll", ITEMS, 1, FLOPS),
});

/** The GFLOP/s of `computing`, from its milliseconds. */
export const computed = (milliseconds: number | null): number | null => giga(FLOPS, milliseconds);

/** 12.3 as people read it, with its unit. */
export const figure = (value: number | null, unit: string): string =>
  `${value === null ? "?" : value.toPrecision(3)} ${unit}`;

/** What the bare roof does with one thread and with two, and how busy the machine is: two threads want two cores. */
export function twoRoofs(one: number | null, two: number | null): string {
  const load = `load average ${(loadavg()[0] ?? 0).toFixed(1)} on ${availableParallelism()} cores`;
  if (one === null || two === null) return load;
  const [alone, both] = [one, two].map((rate) => rate.toPrecision(3));
  return `the roof itself is ${alone} with one thread, ${both} with two, ${(two / one).toFixed(2)} times; ${load}`;
}
