// relukit oracle: whether a kernel is right, and which bug it has if it is not.
import type { Command } from "commander";
import { atLeast, number, wholeFrom } from "./numbers.ts";
import type { CheckOptions } from "./oracle-check.ts";
import { type Terminal, Verdict, WrongUse } from "./terminal.ts";

export function addOracle(program: Command, terminal: Terminal): void {
  const oracle = program
    .command("oracle")
    .description("Judges kernels: is an optimized operator right, and if not, which bug is it?")
    .addHelpText("after", notes);
  addCheck(oracle, terminal);
  addCases(oracle, terminal);
  addScore(oracle, terminal);
  addShow(oracle, terminal);
}

const notes = `
Examples:
  relukit oracle check --kernel wasm
  relukit oracle check --cmd ./adapter --report junit=report.xml
  relukit oracle check --cmd ./adapter --filter '^activeLinear/f32/' --strict
  relukit oracle show M23
  relukit oracle score --quick
  relukit oracle cases --out suite

docs/oracle.md leads from nothing to a verdict on a kernel of one's own.
`;

const repeatable = (value: string, before: readonly string[] = []): readonly string[] => [...before, value];

function addCheck(oracle: Command, terminal: Terminal): void {
  oracle
    .command("check")
    .description("Judges a kernel by every case of the suite that it can do.")
    .option("--cmd <command>", "an adapter, in any language, that answers line by line")
    .option("--one-shot <command>", "a program that is started for each case with --case IN --out OUT")
    .option("--module <file>", 'a JavaScript module that exports "kernel"')
    .option("--kernel <name>", "what comes with relukit: wasm, wasm-fused, reference or machine")
    .option("--declare <json>", "what a one-shot program says of itself, such as its operators and types")
    .option("--suite <dir>", "a suite that relukit oracle cases wrote; without it, relukit's own")
    .option("--extended", "the large cases instead, up to d = 4096 and f = 11008: some minutes")
    .option("--filter <pattern>", "only cases whose id matches the regular expression")
    .option("--dtypes <types>", "only these types, such as F32,BF16")
    .option("--strict", "SUSPECT counts as FAIL")
    .option(
      "--min-coverage <share>",
      "INCONCLUSIVE where less of what is declared runs",
      number({ from: 0, to: 1 }),
      0.5,
    )
    .option("--xfail <file>", "ids, one a line, of cases that are known to fail")
    .option("--timeout <seconds>", "for one run of an adapter", number(atLeast(0.01)), 30)
    .option(
      "--report <format=file>",
      "json, junit, tap or markdown, into a file; may be given several times",
      repeatable,
    )
    .option(
      "--tensors <file>",
      "instead of the suite, laws that must hold on tensors of your own (safetensors)",
    )
    .option("--op <name>", "with --tensors: the operator that they are the inputs of")
    .option("--attributes <json>", 'with --tensors: such as {"f":{"kind":"relu","shift":0},"skip":true}')
    .option("--dump-failing <dir>", "writes the smallest failing cases that it finds, as safetensors")
    .option("--json", "prints one JSON document")
    .addHelpText("after", checkNotes)
    .action(async (options: CheckOptions) => {
      const { runCheck } = await import("./oracle-check.ts");
      const exitCode = await runCheck(options, terminal);
      if (exitCode !== 0) throw new Verdict(exitCode);
    });
}

const checkNotes = `
PASS          nearer to the truth than chance explains, in every element
PASS-BOUND    within what the declared arithmetic may lose: proven, element by element
SUSPECT       within it, but farther than chance on random numbers
INCONCLUSIVE  the bound is so wide that it says nothing, as with F16 sums of a thousand terms
FAIL          beyond the bound, a special value wrong, or memory touched or left that should not be

Exit codes: 0 PASS, 1 FAIL, 2 wrong use or a damaged suite, 3 the adapter crashed, hung or answered nonsense,
4 SUSPECT, 5 INCONCLUSIVE or too little ran, 77 nothing that the kernel declares is in the suite.
`;

function addCases(oracle: Command, terminal: Terminal): void {
  oracle
    .command("cases")
    .description("Writes the suite: inputs, truths and bounds as safetensors, and a manifest.")
    .requiredOption("-o, --out <dir>", "a folder that is not there yet, or holds an older suite")
    .option(
      "--extended",
      "the large cases, up to d = 4096 and f = 11008, as recipes: some minutes, 3 GB of memory",
    )
    .option("--export <format>", "instead of a suite a folder for each case: npy, or onnx for its test data")
    .option("--filter <pattern>", "with --export: only cases whose id matches the regular expression")
    .option("--json", "prints one JSON document")
    .addHelpText("after", casesNotes)
    .action(async (options: CasesOptions) => {
      if (options.export !== undefined) {
        const { runExport } = await import("./oracle-export.ts");
        return runExport({ ...options, export: options.export }, terminal);
      }
      if (options.filter !== undefined) throw new WrongUse("--filter goes with --export; a suite is whole");
      const { runCases } = await import("./oracle-cases.ts");
      await runCases(options, terminal);
    });
}

interface CasesOptions {
  readonly out: string;
  readonly extended?: boolean;
  readonly export?: string;
  readonly filter?: string;
  readonly json?: boolean;
}

const casesNotes = `
The same bytes on every engine: fixtures/oracle is what this command wrote. The manifest says for each case which
mutants of the catalogue it kills.
`;

function addScore(oracle: Command, terminal: Terminal): void {
  oracle
    .command("score")
    .description(
      "Sets this oracle and six other checkers to the catalogue's bugs, and to kernels that are right.",
    )
    .option("--checker <name>", "only this one, and ours; may be given several times", repeatable)
    .option("--dtypes <types>", "only these types, such as F32,BF16")
    .option("--quick", "a part of the legal runs, in seconds")
    .option("--json", "prints one JSON document")
    .action(async (options) => {
      const { runScore } = await import("./oracle-score.ts");
      await runScore(options, terminal);
    });
}

function addShow(oracle: Command, terminal: Terminal): void {
  oracle
    .command("show")
    .argument("[what]", "a case, an operator, or a bug such as M23; without it, all operators")
    .option("--rows <n>", "how many elements of each tensor", number(wholeFrom(1)), 8)
    .option("--json", "prints one JSON document")
    .description(
      "Shows a case with its truth and bounds, an operator with its tensors, or a bug of the catalogue.",
    )
    .action(async (what: string | undefined, options: { readonly rows: number; readonly json?: boolean }) => {
      const { runShow } = await import("./oracle-show.ts");
      await runShow(what, options, terminal);
    });
}
