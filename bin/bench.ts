// relukit bench: how fast the kernels are, beside other libraries and beside what the machine can do.
import { existsSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Command } from "commander";
import { number } from "./numbers.ts";
import { root } from "./root.ts";
import { type Terminal, WrongUse } from "./terminal.ts";

/** One goal and what was seen of it, as kernels/bench/main.ts gives it; that is no part of the compiled form. */
interface Row {
  readonly name: string;
  readonly ours: number | null;
  readonly other: number | null;
  readonly ratio: number | null;
  readonly goal: number;
  readonly sense: ">=" | "<=";
  readonly met: boolean | null;
  /** what bounds ours, measured in the same run */
  readonly why?: string;
}

interface Settings {
  readonly seconds: number;
  readonly only: readonly string[];
  readonly note: (text: string) => void;
}

interface Options {
  readonly only?: readonly string[];
  readonly seconds: number;
  readonly json?: boolean;
}

export function addBench(program: Command, terminal: Terminal): void {
  program
    .command("bench")
    .description("Measures the kernels as ratios: to other libraries, and to what the machine can do.")
    .option("--only <words...>", "rows whose name has one of these")
    .option(
      "--seconds <s>",
      "that a group of contestants takes turns for",
      number({ from: 0.1, to: 3600 }),
      5,
    )
    .option("--json", "prints one JSON document")
    .addHelpText("after", notes)
    .action((options: Options) => run(options, terminal));
}

const notes = `
Every figure is a median of interleaved runs in one process, so compare ratios: machines differ and are shared. A row
whose goal is missed says so, and the command still exits with 0. The other libraries are fetched by npm run bench:peers;
rows of those that are not there have no ratio.

Examples:
  relukit bench
  relukit bench --only "512" "down projection" --seconds 10
  relukit bench --json
`;

async function run({ only = [], seconds, json }: Options, terminal: Terminal): Promise<void> {
  const file = join(root, "kernels/bench/main.ts");
  if (!existsSync(file))
    throw new WrongUse(
      "bench comes with a checkout of relukit; this is the installed package, which has none",
    );
  const { register } = await import("tsx/esm/api");
  register(); // the benchmark is no part of the compiled form
  const { measured } = (await import(pathToFileURL(file).href)) as {
    readonly measured: (settings: Settings) => Promise<readonly Row[]>;
  };
  const rows = await measured({ seconds, only, note: (text) => terminal.err(`measuring ${text}\n`) });
  if (rows.length === 0)
    throw new WrongUse(`no row's name has ${only.join(" or ")}; relukit bench lists them all`);
  terminal.out(json ? `${JSON.stringify(rows.map(figures), null, 2)}\n` : page(rows));
}

const figures = ({ name, ours, other, ratio, goal, sense, met }: Row) => {
  return { name, ours, other, ratio, goal, sense, met };
};

/** A heading for what is measured, and under it a line for each thing that it is compared with. */
function page(rows: readonly Row[]): string {
  const parts = rows.map(({ name }) => name.split(/: (.*)/s));
  const label = 2 + Math.max(...parts.map(([, compared = ""]) => compared.length));
  const line = (cells: readonly string[], compared = "", verdict = ""): string =>
    `  ${compared.padEnd(label)}${cells.map((cell) => cell.padStart(9)).join("")}  ${verdict}`.trimEnd();
  const lines = [line(["ours", "other", "ratio", "goal"])];
  for (const [i, row] of rows.entries()) {
    const { ours, other, ratio, goal, sense, met, why } = row;
    const [measured = "", compared] = parts[i] ?? [];
    if (measured !== parts[i - 1]?.[0]) lines.push("", measured);
    const verdict = met === null ? (other === null ? "not installed" : "") : met ? "met" : "missed";
    const wanted = `${sense === ">=" ? "≥" : "≤"} ${shown(goal)}`;
    lines.push(line([shown(ours), shown(other), shown(ratio), wanted], compared, verdict));
    if (met === false && why) lines.push(`    ${why}`);
  }
  return `${lines.join("\n")}\n`;
}

/** Three digits. */
function shown(value: number | null): string {
  if (value === null) return "-";
  return Math.abs(value) >= 1000 ? value.toFixed(0) : value.toPrecision(3);
}
