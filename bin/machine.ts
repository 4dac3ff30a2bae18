// What computes: the kernels, in float32 SIMD, or the reference, in float64.
import { availableParallelism } from "node:os";
import { type Command, Option } from "commander";
import type { Trainable } from "../reference/ops/contract.ts";
import { like, storedOf, type Tensor } from "../reference/tensor.ts";
import { mapTensors, names } from "../reference/weights.ts";
import { number, wholeFrom } from "./numbers.ts";
import { WrongUse } from "./terminal.ts";

export interface MachineOptions {
  readonly ops: "kernels" | "reference";
  readonly threads?: number;
  /** reads each weight from its file whenever it is used, instead of all of them once */
  readonly stream?: boolean;
}

/** @param usual  how many threads there are where the options do not say, in words */
export const addMachineOptions = (command: Command, usual: string): Command =>
  command
    .addOption(
      new Option("--ops <which>", "what computes: float32 SIMD, or the float64 reference")
        .choices(["kernels", "reference"])
        .default("kernels"),
    )
    .option(
      "--threads <n>",
      `of the kernels; any number gives the same bits (default: ${usual})`,
      number(wholeFrom(1, 24)),
    );

export const addStream = (command: Command): Command =>
  command.option(
    "--stream",
    "reads the weights of a directory from disk at every pass, layer by layer, to fit in little memory; slow",
  );

export interface OpenMachine extends Trainable {
  /** The weights, where they are read fastest; streamed ones as they are. */
  load<W>(weights: W, told?: (done: number, total: number) => void): W;
  /** Ends what was started. */
  close(): void;
}

/**
 * @param weights  how many numbers the weights are, for memory in which they fit
 * @param usual    threads, where the options do not say
 */
export async function machineOf(
  { ops, threads, stream }: MachineOptions,
  weights: number,
  usual = Math.min(availableParallelism(), 8),
): Promise<OpenMachine> {
  if (ops === "reference") {
    if (threads !== undefined)
      throw new WrongUse("--threads goes with --ops kernels; the reference has one thread");
    if (stream) throw new WrongUse("--stream goes with --ops kernels; the reference reads all weights first");
    const { reference } = await import("../reference/ops/reference.ts");
    return { ...reference, load: (tree) => mapTensors(tree, read), close: () => undefined };
  }
  const { kernels } = await import("../kernels/index.node.ts");
  const mebibytes = Math.min(4096, Math.ceil((ROOM * 4 * weights) / 1048576) + 512);
  const machine = await kernels({ threads: threads ?? usual, mebibytes });
  return stream ? { ...machine, load: (tree) => tree } : machine;
}

/** A tensor that is left in its file, read. */
const read = (x: Tensor): Tensor => (storedOf(x) ? like(x, x.data) : x);

/** How much memory weights take, in float32 numbers: loaded, or one after the other as they are streamed. */
export function roomOf(weights: unknown, stream = false): number {
  const sizes = [...names(weights).keys()].map((w) => {
    const dtype = storedOf(w)?.dtype;
    return dtype === "BF16" || dtype === "F16" ? w.size / 2 : w.size;
  });
  return sizes.reduce((total, size) => (stream ? Math.max(total, size) : total + size), 0);
}

/** Weights, two moments and slopes take four times their room; a quarter of all goes to caches. */
const ROOM = 6;
