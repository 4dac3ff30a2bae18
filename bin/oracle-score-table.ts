// The scoreboard as text, for `relukit oracle score`: judges as rows, and for each type what they found and refused.
import type { JudgeScore, Score } from "../reference/oracle/score.ts";

const NAME = 14;
const WIDTH = 100;

/** The scoreboard, 100 columns wide at most. */
export function scoreTable(score: Score): string {
  const { judges, rules, equivalents, inMemory, legalRuns, distinctRuns, refused } = score;
  const dtypes = [...new Set(judges.map(({ dtype }) => dtype))];
  const of = (name: string): readonly JudgeScore[] => judges.filter((judge) => judge.name === name);
  const mutants = Math.max(0, ...judges.map((judge) => judge.mutants));
  const suspects = judges.reduce((sum, judge) => sum + judge.suspects, 0);
  return [
    `${mutants} kernels with a bug, and ${grouped(legalRuns)} runs of kernels that are right`,
    "",
    row(
      "",
      dtypes.flatMap((dtype) => [dtype, "alarms", "no NaN"]),
    ),
    ...rules.map(({ name }) => row(name, of(name).flatMap(cells))),
    "",
    ...wrapped(
      "Of each type: bugs found, and right runs refused in %, all and those that are to give no NaN. A refusal counts as found only where the same judge accepts a plain right kernel.",
    ),
    ...wrapped(
      `Right kernels add in eight orders, take six liberties, and keep sums in F32, in F16 or as tensor cores do; ${grouped(distinctRuns)} of their answers differ in a bit. ${said(suspects)}`,
    ),
    ...(inMemory.length === 0 ? [] : wrapped(inMemoryNote(inMemory))),
    "",
    ...rules.flatMap(({ name, rule, source }) => wrapped(`${name.padEnd(NAME)}${rule} (${source})`, NAME)),
    "",
    ...refused.flatMap((what) => wrapped(`${"false alarm".padEnd(NAME)}${what}`, NAME)),
    ...missed(rules.map(({ name }) => of(name))),
    ...equivalents.flatMap(({ id, dtype, reason }) =>
      wrapped(`${"equivalent".padEnd(NAME)}${id} in ${dtype}: ${reason}`, NAME),
    ),
  ]
    .join("\n")
    .trimEnd()
    .concat("\n");
}

const row = (name: string, entries: readonly string[]): string =>
  `${name.padEnd(NAME)}${entries.map((entry, i) => entry.padStart(i % 3 === 0 ? 10 : 8)).join("")}`.trimEnd();

function cells({ killed, mutants, falseAlarms, legalRuns, withNaN }: JudgeScore): readonly string[] {
  const rest = legalRuns - withNaN.legalRuns;
  return [
    `${killed}/${mutants}`,
    share(falseAlarms, legalRuns),
    share(falseAlarms - withNaN.falseAlarms, rest),
  ];
}

/** In percent; none at all is 0, and what rounds to none is not. */
function share(count: number, of: number): string {
  if (of === 0) return "-";
  if (count === 0) return "0";
  return Math.max(0.1, (100 * count) / of).toFixed(1);
}

const grouped = (n: number): string => n.toLocaleString("en-US");

const said = (suspects: number): string =>
  suspects === 0
    ? "None of them was farther off than chance explains."
    : `${grouped(suspects)} were farther off than chance explains: SUSPECT, which is no refusal.`;

const inMemoryNote = (ids: readonly string[]): string =>
  `${ids.join(", ")} show in memory or from call to call: who compares the numbers of one call, over memory full of zeros, may not see them.`;

/** A line for each judge that missed something: ids, with their types where it found them in others. */
function missed(judges: readonly (readonly JudgeScore[])[]): readonly string[] {
  return judges.flatMap((scores) => {
    const ids = [...new Set(scores.flatMap((score) => score.missed))].sort();
    if (ids.length === 0) return [];
    const entries = ids.map((id) => {
      const where = scores.filter((score) => score.missed.includes(id)).map(({ dtype }) => dtype);
      return where.length === scores.length ? id : `${id}\u00a0(${where.join(",\u00a0")})`;
    });
    return wrapped(`${(scores[0]?.name ?? "").padEnd(NAME)}missed ${entries.join(", ")}`, NAME);
  });
}

/** The text in lines; those after the first are indented. No line breaks at a no-break space. */
function wrapped(text: string, indent = 0): readonly string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(/(?<= )/)) {
    if ((line + word).trimEnd().length > WIDTH) {
      lines.push(line.trimEnd());
      line = " ".repeat(indent);
    }
    line += word;
  }
  return [...lines, line.trimEnd()].map((each) => each.replaceAll("\u00a0", " "));
}
