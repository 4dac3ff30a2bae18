// relukit oracle check: loads the suite, tries the kernel, and says what was found.
import { readFileSync } from "node:fs";
import { attempt } from "../reference/formats/file.node.ts";
import type { CaseReport } from "../reference/oracle/case-report.ts";
import { check, declared, type Report, type SuiteCase } from "../reference/oracle/check.ts";
import { type FloatDtype, FORMATS } from "../reference/oracle/float-formats.ts";
import type { Declaration } from "../reference/oracle/kernel.ts";
import { document } from "../reference/oracle/reports/json.ts";
import { kernelOf, type Whose } from "./oracle-kernels.ts";
import { page } from "./oracle-page.ts";
import { again, commandOf, reportsOf, writeReport } from "./oracle-reports.ts";
import { suiteAt } from "./oracle-suite.ts";
import { progress } from "./progress.ts";
import { type Terminal, WrongUse } from "./terminal.ts";

export interface CheckOptions extends Whose {
  readonly suite?: string;
  readonly extended?: boolean;
  readonly filter?: string;
  readonly dtypes?: string;
  readonly strict?: boolean;
  readonly minCoverage: number;
  readonly xfail?: string;
  readonly report?: readonly string[];
  readonly dumpFailing?: string;
  readonly tensors?: string;
  readonly op?: string;
  readonly attributes?: string;
  readonly json?: boolean;
}

const OF_SUITES = [
  "suite",
  "extended",
  "filter",
  "dtypes",
  "strict",
  "xfail",
  "report",
  "dumpFailing",
] as const;

const dashed = (name: string): string => name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);

/** Judges, prints and writes reports. @returns the exit code */
export async function runCheck(options: CheckOptions, terminal: Terminal): Promise<number> {
  if (options.tensors !== undefined) {
    const other = OF_SUITES.find((name) => options[name] !== undefined);
    if (other) throw new WrongUse(`--${dashed(other)} is about the suite, and --tensors asks for laws alone`);
    const { runLaws } = await import("./oracle-laws.ts");
    return runLaws({ ...options, tensors: options.tensors }, terminal);
  }
  for (const name of ["op", "attributes"] as const)
    if (options[name] !== undefined)
      throw new WrongUse(`--${name} goes with --tensors; the suite knows its own`);
  const reports = reportsOf(options);
  const known = expectedToFail(options);
  const { cases, sha256 } = await suiteAt(options);
  const wanted = selected(cases, options);
  const kernel = await kernelOf(options, terminal);
  try {
    if (!wanted.some(({ given }) => declared(kernel.declaration, given)))
      terminal.err(nothing(kernel.declaration, options));
    const report = await tried(kernel, wanted, options, known, terminal);
    const json = document(report, { suite: sha256, command: commandOf(options) });
    // said before anything is written: no full disk is to hide a verdict
    terminal.out(
      options.json ? `${JSON.stringify(json, null, 2)}\n` : page(report, (id) => again(options, id)),
    );
    for (const asked of reports) writeReport(asked, report, json, options);
    if (options.dumpFailing !== undefined) {
      const { dumpFailing } = await import("./oracle-dump.ts");
      await dumpFailing(kernel, wanted, report, options.dumpFailing, terminal);
    }
    return report.exitCode;
  } finally {
    await kernel.close?.();
  }
}

async function tried(
  kernel: Parameters<typeof check>[0],
  cases: readonly SuiteCase[],
  { strict = false, minCoverage }: CheckOptions,
  expectedToFail: ((id: string) => boolean) | undefined,
  terminal: Terminal,
): Promise<Report> {
  const shown = progress(terminal);
  let failed = 0;
  const onCase = ({ id, verdict, known }: CaseReport, done: number, total: number): void => {
    if ((verdict === "FAIL" || verdict === "ERROR") && !known) failed += 1;
    shown.show(() => `${done} of ${total} cases, ${failed} failed: ${id}`);
  };
  try {
    return await check(kernel, cases, {
      strict,
      leastCoverage: minCoverage,
      onCase,
      now: () => performance.now() / 1000,
      ...(expectedToFail && { expectedToFail }),
    });
  } finally {
    shown.end();
  }
}

/** Said where nothing runs: what the kernel declares, and what was asked for. */
function nothing({ ops, dtypes = ["F32"] }: Declaration, { filter, dtypes: asked }: CheckOptions): string {
  const chosen = [...(filter ? [`--filter ${filter}`] : []), ...(asked ? [`--dtypes ${asked}`] : [])];
  const of = `${ops?.join(", ") ?? "any operator"} in ${dtypes.join(", ")}, which is what the kernel declares`;
  const by = chosen.length > 0 ? `, among those of ${chosen.join(" and ")}` : "";
  return `relukit: the suite has no case of ${of}${by}; relukit oracle show lists its operators\n`;
}

/** The cases of those types whose id matches. */
export function selected(
  suite: readonly SuiteCase[],
  { filter, dtypes }: { readonly filter?: string; readonly dtypes?: string },
): readonly SuiteCase[] {
  const types = dtypes === undefined ? undefined : dtypesIn(dtypes);
  const cases = types ? suite.filter(({ given }) => types.includes(given.dtype)) : suite;
  if (filter === undefined) return cases;
  let pattern: RegExp;
  try {
    pattern = new RegExp(filter);
  } catch (error) {
    throw new WrongUse(
      `--filter is ${filter}; expected a regular expression: ${error instanceof Error ? error.message : error}`,
    );
  }
  const found = cases.filter(({ given }) => pattern.test(given.id));
  if (found.length === 0)
    throw new WrongUse(
      `--filter is ${filter}, which no case matches; expected a part of an id such as linear/f32/random`,
    );
  return found;
}

const isDtype = (word: string): word is FloatDtype => Object.hasOwn(FORMATS, word);

/** Types as the option has them. */
export function dtypesIn(words: string): readonly FloatDtype[] {
  return words.split(",").map((word) => {
    const dtype = word.trim().toUpperCase();
    if (isDtype(dtype)) return dtype;
    throw new WrongUse(
      `--dtypes has ${JSON.stringify(word)}; expected some of ${Object.keys(FORMATS).join(", ")}`,
    );
  });
}

/** Ids of cases that are known to fail, one a line; # begins a remark. */
function expectedToFail({ xfail }: CheckOptions): ((id: string) => boolean) | undefined {
  if (xfail === undefined) return undefined;
  const text = attempt(xfail, "be read", () => readFileSync(xfail, "utf8"));
  const ids = new Set(
    text
      .split("\n")
      .map((line) => line.replace(/#.*/, "").trim())
      .filter(Boolean),
  );
  return (id) => ids.has(id);
}
