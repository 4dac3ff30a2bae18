// The reports that relukit oracle check writes, and the commands in them that do it again.
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { attempt } from "../reference/formats/file.node.ts";
import type { Report } from "../reference/oracle/check.ts";
import { junit } from "../reference/oracle/reports/junit.ts";
import { markdown } from "../reference/oracle/reports/table.ts";
import { tap } from "../reference/oracle/reports/tap.ts";
import type { CheckOptions } from "./oracle-check.ts";
import { WrongUse } from "./terminal.ts";

const FORMATS = ["json", "junit", "tap", "markdown"];

/** A report that was asked for. */
export interface Asked {
  readonly format: string;
  readonly path: string;
}

export function reportsOf({ report = [] }: CheckOptions): readonly Asked[] {
  return report.map((word) => {
    const [format = "", ...rest] = word.split("=");
    const path = rest.join("=");
    if (FORMATS.includes(format) && path !== "") return { format, path };
    throw new WrongUse(
      `--report is ${word}; expected ${FORMATS.join(", ")}, then = and a file, such as junit=report.xml`,
    );
  });
}

/** @param json  the report as `document` of reports/json.ts has it */
export function writeReport(
  { format, path }: Asked,
  report: Report,
  json: object,
  options: CheckOptions,
): void {
  const text = rendered(format, report, json, options);
  attempt(path, "be written", () => {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  });
}

function rendered(format: string, report: Report, json: object, options: CheckOptions): string {
  switch (format) {
    case "junit":
      return junit(report, (id) => again(options, id));
    case "tap":
      return tap(report);
    case "markdown":
      return markdown(report);
    default:
      return `${JSON.stringify(json, null, 2)}\n`;
  }
}

/** The command that tries one case again. */
export function again(options: CheckOptions, id: string): string {
  const { cmd, oneShot, module, kernel, declare, suite, extended } = options;
  const filter = `^${id.replaceAll(".", "\\.")}$`;
  return said({ cmd, "one-shot": oneShot, module, kernel, declare, suite, extended, filter });
}

/** The command that does all of it again. */
export function commandOf(options: CheckOptions): string {
  const { cmd, oneShot, module, kernel, declare, suite, extended, filter, dtypes, strict, xfail } = options;
  const whose = { cmd, "one-shot": oneShot, module, kernel, declare };
  return said({ ...whose, suite, extended, dtypes, filter, strict, xfail });
}

const said = (options: Readonly<Record<string, string | boolean | undefined>>): string =>
  [
    "relukit oracle check",
    ...Object.entries(options).flatMap(([name, value]) => {
      if (value === undefined || value === false) return [];
      return value === true ? [`--${name}`] : [`--${name} ${quoted(value)}`];
    }),
  ].join(" ");

const quoted = (text: string): string =>
  /^[\w./:=,@^-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
