// relukit oracle show: an operator, a case with its truth and bounds, or a bug of the catalogue.
import type { Case } from "../reference/oracle/case.ts";
import type { SuiteCase } from "../reference/oracle/check.ts";
import { modelOf } from "../reference/oracle/model.ts";
import { CATALOGUE, CHEATS } from "../reference/oracle/mutants/catalogue.ts";
import { OPERATIONS, type Operation } from "../reference/oracle/operations.ts";
import { gaugeOf } from "../reference/oracle/truth.ts";
import { suiteAt } from "./oracle-suite.ts";
import { type Terminal, WrongUse } from "./terminal.ts";

interface Options {
  readonly rows: number;
  readonly json?: boolean;
}

export async function runShow(what: string | undefined, options: Options, terminal: Terminal): Promise<void> {
  const { cases } = await suiteAt({});
  const found =
    what === undefined
      ? everything(cases)
      : (bug(what, cases) ?? operator(what, cases) ?? single(what, cases, options));
  if (!found)
    throw new WrongUse(
      `${what}: is no case, operator or bug; expected one of those that relukit oracle show lists${near(what ?? "", cases)}`,
    );
  terminal.out(options.json ? `${JSON.stringify(found.json, null, 2)}\n` : `${found.text}\n`);
}

interface Shown {
  readonly text: string;
  readonly json: unknown;
}

function everything(cases: readonly SuiteCase[]): Shown {
  const ops = [...OPERATIONS.values()].map(({ name, equation }) => ({
    name,
    equation,
    cases: cases.filter(({ given }) => given.op === name).length,
  }));
  const width = Math.max(...ops.map(({ name }) => name.length));
  const bugs = [...CATALOGUE, ...CHEATS].map(({ id, bug }) => ({ id, bug }));
  const idWidth = Math.max(...bugs.map(({ id }) => id.length));
  const text = [
    "operators, their cases, and what they compute",
    "",
    ...ops.map((op) => `${op.name.padEnd(width)}  ${String(op.cases).padStart(4)}  ${op.equation}`),
    "",
    "bugs of the catalogue",
    "",
    ...bugs.map(({ id, bug }) => `${id.padEnd(idWidth)}  ${bug}`),
  ].join("\n");
  return { text, json: { operators: ops, bugs } };
}

function operator(name: string, cases: readonly SuiteCase[]): Shown | undefined {
  const op: Operation | undefined = OPERATIONS.get(name);
  if (!op) return undefined;
  const mine = cases.filter(({ given }) => given.op === name).map(({ given }) => given.id);
  const axes = (tensors: Operation["inputs"]): string =>
    Object.entries(tensors)
      .map(
        ([key, shape]) =>
          `${key.replace("?", "")} [${shape.join(", ")}]${key.endsWith("?") ? " (may be missing)" : ""}`,
      )
      .join(", ");
  const text = [
    `${name}: ${op.equation}`,
    `inputs   ${axes(op.inputs)}`,
    `outputs  ${axes(op.outputs)}`,
    "",
    `${mine.length} cases`,
    ...mine.map((id) => `  ${id}`),
  ].join("\n");
  return { text, json: { name, equation: op.equation, inputs: op.inputs, outputs: op.outputs, cases: mine } };
}

function bug(id: string, cases: readonly SuiteCase[]): Shown | undefined {
  const found = [...CATALOGUE, ...CHEATS].filter((one) => one.id === id || one.id.split("/")[0] === id);
  if (found.length === 0) return undefined;
  const json = found.map((one) => ({
    id: one.id,
    bug: one.bug,
    witness: one.witness,
    equivalent: one.equivalent ?? {},
    killedBy: cases.filter(({ kills }) => kills?.includes(one.id)).map(({ given }) => given.id),
  }));
  const text = json
    .map((one) =>
      [
        `${one.id}: ${one.bug}`,
        `seen     ${one.witness}`,
        ...Object.entries(one.equivalent).map(
          ([dtype, why]) => `in ${dtype}  no output tells it apart: ${why}`,
        ),
        `killed by ${one.killedBy.length} cases`,
        ...one.killedBy.slice(0, 12).map((id) => `  ${id}`),
        ...(one.killedBy.length > 12 ? [`  and ${one.killedBy.length - 12} more`] : []),
      ].join("\n"),
    )
    .join("\n\n");
  return { text, json };
}

function single(id: string, cases: readonly SuiteCase[], { rows }: Options): Shown | undefined {
  const found = cases.find(({ given }) => given.id === id);
  if (!found) return undefined;
  const { given, truth, kills = [] } = found;
  const gauge = gaugeOf(given, modelOf({}, given.dtype));
  const outputs = Object.entries(truth).map(([name, { hi }]) => ({
    name: `out.${name}`,
    truth: [...hi],
    bound: [...(gauge[name]?.bound ?? [])],
  }));
  const text = [
    `${id}: ${OPERATIONS.get(given.op)?.equation}`,
    `tier     ${given.tier}${given.random ? ", random numbers" : ""}${given.sequence ? ", also in a sequence of calls" : ""}`,
    ...(Object.keys(given.attributes).length > 0 ? [`with     ${JSON.stringify(given.attributes)}`] : []),
    "",
    ...inputLines(given, rows),
    ...outputs.flatMap(({ name, truth: values, bound }) => [
      `${name}`,
      ...values
        .slice(0, rows)
        .map((value, i) => `  ${String(i).padStart(4)}  ${number(value)}  ${allowed(bound[i] ?? 0, value)}`),
      ...(values.length > rows ? [`        and ${values.length - rows} more`] : []),
    ]),
    "",
    `kills ${kills.length} known bugs${kills.length > 0 ? `: ${kills.join(" ")}` : ""}`,
  ].join("\n");
  const inputs = Object.fromEntries(
    Object.entries(given.inputs).map(([name, { shape, numbers }]) => [
      name,
      { shape, numbers: [...numbers].map(number) },
    ]),
  );
  return {
    text,
    json: {
      id,
      op: given.op,
      dtype: given.dtype,
      tier: given.tier,
      attributes: given.attributes,
      inputs,
      outputs: outputs.map((o) => ({ ...o, truth: o.truth.map(number), bound: o.bound.map(number) })),
      kills,
    },
  };
}

const inputLines = ({ inputs, dtype }: Case, rows: number): readonly string[] =>
  Object.entries(inputs).map(([name, { shape, numbers }]) => {
    const some = [...numbers.slice(0, rows)].map((x) =>
      Object.is(x, -0) ? "-0" : String(Number(x.toPrecision(6))),
    );
    return `in.${name} ${dtype} [${shape.join(", ")}]  ${some.join(" ")}${numbers.length > rows ? " …" : ""}`;
  });

const number = (x: number): string => (Object.is(x, -0) ? "-0" : String(x));

const allowed = (bound: number, truth: number): string => {
  if (!Number.isFinite(truth)) return "must be just that";
  if (bound === 0) return "bit for bit";
  return bound === Infinity ? "anything: an intermediate may overflow" : `± ${bound.toPrecision(3)}`;
};

/** The ids that begin alike, or have the word in them. */
function near(what: string, cases: readonly SuiteCase[]): string {
  const ids = cases.map(({ given }) => given.id).filter((id) => what.length > 2 && id.includes(what));
  return ids.length > 0 ? `; did you mean ${ids[0]}?` : "";
}
