// A report as TAP 14, the Test Anything Protocol.
import type { CaseReport } from "../case-report.ts";
import type { Report } from "../check.ts";

/**
 * A report as TAP 14, the Test Anything Protocol: a line a case, what is wrong below it, and the verdict at the end.
 *
 * @see https://testanything.org/tap-version-14-specification.html
 */
export function tap({ cases, verdict }: Report): string {
  const lines = cases.flatMap((one, i) => [line(one, i + 1), ...diagnostics(one)]);
  return ["TAP version 14", `1..${cases.length}`, ...lines, `# ${verdict}`, ""].join("\n");
}

/** What ends with an exit code of its own; a SUSPECT has none of 0 either. */
const BAD: ReadonlySet<string> = new Set(["FAIL", "ERROR", "SUSPECT"]);

const line = ({ id, verdict, ratio, problems, known }: CaseReport, n: number): string => {
  const failed = BAD.has(verdict);
  const skipped = verdict === "UNSUPPORTED" || verdict === "INCONCLUSIVE";
  const name = id.replaceAll("\\", "\\\\").replaceAll("#", "\\#");
  const end = skipped
    ? ` # SKIP ${verdict.toLowerCase()}${problems[0] ? `: ${directive(problems[0])}` : ""}`
    : known
      ? " # TODO known to fail"
      : failed || !Number.isFinite(ratio)
        ? ""
        : ` - ratio ${ratio.toPrecision(2)}`;
  return `${failed ? "not ok" : "ok"} ${n} - ${name}${end}`;
};

function diagnostics({ verdict, problems, pattern, diagnosis }: CaseReport): readonly string[] {
  if (!BAD.has(verdict)) return [];
  const entries = [
    `verdict: ${verdict}`,
    ...(problems[0] ? [`message: ${JSON.stringify(oneLine(problems[0]))}`] : []),
    ...(pattern ? [`pattern: ${JSON.stringify(pattern)}`] : []),
    ...(diagnosis ? [`as if: ${JSON.stringify(`${diagnosis.id}, ${diagnosis.bug}`)}`] : []),
  ];
  return ["  ---", ...entries.map((entry) => `  ${entry}`), "  ..."];
}

/** A text behind SKIP: a # would begin another directive there. */
const directive = (text: string): string => oneLine(text).replaceAll("\\", "\\\\").replaceAll("#", "\\#");

const oneLine = (text: string): string => text.replace(/\s+/g, " ");
