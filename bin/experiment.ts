// relukit experiment: the runs behind the numbers in the documents and lessons, each one seeded command.
import type { Command } from "commander";
import { addMachineOptions, type MachineOptions } from "./machine.ts";
import { type Terminal, WrongUse } from "./terminal.ts";

interface Options extends MachineOptions {
  readonly out?: string;
  readonly list?: boolean;
}

export function addExperiment(program: Command, terminal: Terminal): void {
  const command = program
    .command("experiment")
    .argument("[name]", "which one; --list tells their names")
    .description("Makes a measurement of the documents and lessons again: one JSON document.");
  addMachineOptions(command, "1")
    .option("-o, --out <file>", "writes it there instead of to stdout, and keeps finished parts beside it")
    .option("--list", "the experiments, and what each is about")
    .addHelpText("after", notes)
    .action((name: string | undefined, options: Options) => run(name, options, terminal));
}

const notes = `
The committed results lie in fixtures/results; figures and lessons are drawn from them. The same command gives the same
numbers on every machine, seconds apart. A run that was stopped goes on from its finished parts, FILE.parts.

Examples:
  relukit experiment --list
  relukit experiment aggregated --out aggregated.json
`;

async function run(name: string | undefined, options: Options, terminal: Terminal): Promise<void> {
  const { experiments } = await import("./experiments/index.ts");
  if (options.list) {
    const width = Math.max(...experiments.map((one) => one.name.length));
    for (const one of experiments) terminal.out(`${one.name.padEnd(width)}  ${one.summary} (${one.paper})\n`);
    return;
  }
  const found = experiments.find((one) => one.name === name);
  if (!found) {
    const names = experiments.map((one) => one.name).join(", ");
    throw new WrongUse(`${name || "no name"}: is no experiment; expected one of ${names}`);
  }
  const { labOf } = await import("./experiments/lab.ts");
  const lab = await labOf(options, terminal, `${found.name}`);
  try {
    const document = await found.run(lab);
    await lab.finish({ experiment: found.name, paper: found.paper, ...document });
  } finally {
    lab.close();
  }
}
