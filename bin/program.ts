// relukit as a function: arguments and a terminal in, an exit code out.
// 0 success, 1 a negative verdict, 2 wrong use or unusable input: one sentence, never a stack trace; 130 interrupted.
import { Command, CommanderError } from "commander";
import { addAggregate } from "./aggregate.ts";
import { addBench } from "./bench.ts";
import { addExperiment } from "./experiment.ts";
import { addFigures } from "./figures.ts";
import { addFinetune } from "./finetune.ts";
import { addGenerate } from "./generate.ts";
import { addInspect } from "./inspect.ts";
import { addLedger } from "./ledger.ts";
import { addLessons } from "./lessons.ts";
import { addOracle } from "./oracle.ts";
import { addRelufy } from "./relufy.ts";
import { addSpeculate } from "./speculate.ts";
import { addSuccessors } from "./successors.ts";
import { complaint, Interrupted, NegativeVerdict, type Terminal, Verdict } from "./terminal.ts";
import { addTour } from "./tour.ts";
import { addTrain } from "./train.ts";
import { version } from "./version.ts";

/** Runs the command that the words ask for; the words exclude node and the script. */
export async function relukit(words: readonly string[], terminal: Terminal): Promise<number> {
  const program = new Command("relukit")
    .description(
      'Activation sparsity in language models: the reference implementation of "ReLU Strikes Back".',
    )
    .version(version(), "-v, --version")
    .helpOption("-h, --help", "show this help")
    .helpCommand("help [command]", "show the help of a command")
    .configureOutput({
      writeOut: terminal.out,
      writeErr: terminal.err,
      outputError: (text, write) => write(`relukit: ${complaint(text)}\n`),
    })
    .exitOverride();
  const commands = [
    addTour,
    addGenerate,
    addInspect,
    addAggregate,
    addLedger,
    addSpeculate,
    addRelufy,
    addSuccessors,
    addTrain,
    addFinetune,
    addExperiment,
    addFigures,
    addBench,
    addOracle,
    addLessons,
  ];
  for (const add of commands) add(program, terminal);

  try {
    await program.parseAsync(words, { from: "user" });
    return 0;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    if (error instanceof NegativeVerdict) return 1;
    if (error instanceof Verdict) return error.exitCode;
    terminal.err(`relukit: ${sentence(error)}\n`);
    if (process.env["RELUKIT_DEBUG"] && error instanceof Error) terminal.err(`${error.stack}\n`);
    return error instanceof Interrupted ? 130 : 2;
  }
}

const sentence = (error: unknown): string => (error instanceof Error ? error.message : String(error));
