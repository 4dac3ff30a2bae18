// What computes: the kernels, in float32 SIMD, or the reference, in float64.
import { availableParallelism } from "node:os";
import { type Command, Option } from "commander";
import type { Trainable } from "../reference/ops/contract.ts";
import { number, wholeFrom } from "./numbers.ts";
import { WrongUse } from "./terminal.ts";

export interface MachineOptions {
  readonly ops: "kernels" | "reference";
  readonly threads?: number;
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

export interface OpenMachine extends Trainable {
  /** The weights, where they are read fastest. */
  load<W>(weights: W): W;
  /** Ends what was started. */
  close(): void;
}

/**
 * @param weights  how many numbers the weights are, for memory in which they fit
 * @param usual    threads, where the options do not say
 */
export async function machineOf(
  { ops, threads }: MachineOptions,
  weights: number,
  usual = Math.min(availableParallelism(), 8),
): Promise<OpenMachine> {
  if (ops === "reference") {
    if (threads !== undefined)
      throw new WrongUse("--threads goes with --ops kernels; the reference has one thread");
    const { reference } = await import("../reference/ops/reference.ts");
    return { ...reference, load: (tree) => tree, close: () => undefined };
  }
  const { kernels } = await import("../kernels/index.node.ts");
  const mebibytes = Math.min(4096, Math.ceil((ROOM * 4 * weights) / 1048576) + 512);
  return kernels({ threads: threads ?? usual, mebibytes });
}

/** Weights, two moments and slopes take four times their room; a quarter of all goes to caches. */
const ROOM = 6;
