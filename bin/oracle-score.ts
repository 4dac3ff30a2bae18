// relukit oracle score: this oracle and six other checkers, set to the catalogue's bugs and to kernels that are right.
import { CHECKERS } from "../reference/oracle/checkers/all.ts";
import type { Checker } from "../reference/oracle/checkers/checker.ts";
import { score } from "../reference/oracle/score.ts";
import { dtypesIn } from "./oracle-check.ts";
import { scoreTable } from "./oracle-score-table.ts";
import { progress } from "./progress.ts";
import { type Terminal, WrongUse } from "./terminal.ts";

interface Options {
  readonly checker?: readonly string[];
  readonly dtypes?: string;
  readonly quick?: boolean;
  readonly json?: boolean;
}

export async function runScore(options: Options, terminal: Terminal): Promise<void> {
  const shown = progress(terminal);
  const result = await score({
    checkers: chosen(options),
    quick: options.quick ?? false,
    ...(options.dtypes && { dtypes: dtypesIn(options.dtypes) }),
    progress: ({ dtype, done, of }) => shown.show(() => `${dtype}: ${done} of ${of}`),
  });
  shown.end();
  terminal.out(options.json ? `${JSON.stringify(result, null, 2)}\n` : `${scoreTable(result)}\n`);
}

function chosen({ checker }: Options): readonly Checker[] {
  if (!checker) return CHECKERS;
  return checker.map((name) => {
    const found = CHECKERS.find((one) => one.name === name);
    if (found) return found;
    const names = CHECKERS.map((one) => one.name).join(", ");
    throw new WrongUse(`--checker is ${name}; expected one of ${names}`);
  });
}
