// A report as TAP 14, the Test Anything Protocol.
import type { CaseReport, Report } from "../check.ts";

/** @see https://testanything.org/tap-version-14-specification.html */
export function tap({ cases, verdict }: Report): string {
  const lines = cases.flatMap((one, i) => [line(one, i + 1), ...diagnostics(one)]);
  return ["TAP version 14", `1..${cases.length}`, ...lines, `# ${verdict}`, ""].join("\n");
}

const line = ({ id, verdict, ratio, problems }: CaseReport, n: number): string => {
  const failed = verdict === "FAIL" || verdict === "ERROR";
  const skipped = verdict === "UNSUPPORTED" || verdict === "INCONCLUSIVE";
  const name = id.replaceAll("\\", "\\\\").replaceAll("#", "\\#");
  const end = skipped
    ? ` # SKIP ${verdict.toLowerCase()}${problems[0] ? `: ${oneLine(problems[0])}` : ""}`
    : failed || !Number.isFinite(ratio)
      ? ""
      : ` - ratio ${ratio.toPrecision(2)}`;
  return `${failed ? "not ok" : "ok"} ${n} - ${name}${end}`;
};

function diagnostics({ verdict, problems, pattern, diagnosis }: CaseReport): readonly string[] {
  if (verdict !== "FAIL" && verdict !== "ERROR" && verdict !== "SUSPECT") return [];
  const entries = [
    `verdict: ${verdict}`,
    ...(problems[0] ? [`message: ${JSON.stringify(oneLine(problems[0]))}`] : []),
    ...(pattern ? [`pattern: ${JSON.stringify(pattern)}`] : []),
    ...(diagnosis ? [`as if: ${JSON.stringify(`${diagnosis.id}, ${diagnosis.bug}`)}`] : []),
  ];
  return ["  ---", ...entries.map((entry) => `  ${entry}`), "  ..."];
}

const oneLine = (text: string): string => text.replace(/\s+/g, " ");
