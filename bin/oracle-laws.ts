// relukit oracle check --tensors: laws that must hold of a kernel on tensors of one's own, of whatever size.
import { openFile } from "../reference/formats/file.node.ts";
import { FormatError } from "../reference/formats/format-error.ts";
import { openSafetensors, type Safetensors } from "../reference/formats/safetensors.ts";
import { axisSizes, type Case, type Input } from "../reference/oracle/case.ts";
import { type FloatDtype, FORMATS } from "../reference/oracle/float-formats.ts";
import { type Held, lawsHeld } from "../reference/oracle/laws.ts";
import { IDS, OPERATIONS, type Operation } from "../reference/oracle/operations.ts";
import { attributesIn } from "./oracle-attributes.ts";
import { kernelOf, type Whose } from "./oracle-kernels.ts";
import { progress } from "./progress.ts";
import { type Terminal, WrongUse } from "./terminal.ts";

export interface LawOptions extends Whose {
  readonly tensors: string;
  readonly op?: string;
  readonly attributes?: string;
  readonly json?: boolean;
}

/** @returns the exit code: 0 where every law holds, 1 where one is broken, 3 where a call failed, 77 where none applies */
export async function runLaws(options: LawOptions, terminal: Terminal): Promise<number> {
  const given = caseOf(options);
  const kernel = await kernelOf(options, terminal);
  const shown = progress(terminal);
  try {
    const held = await lawsHeld(kernel, given, ({ law }, done, total) =>
      shown.show(() => `${done} of ${total} laws: ${law}`),
    );
    shown.end();
    const exitCode = exitCodeOf(held);
    const document = { op: given.op, dtype: given.dtype, exitCode, laws: held };
    terminal.out(options.json ? `${JSON.stringify(document, null, 2)}\n` : page(given, held));
    return exitCode;
  } finally {
    shown.end();
    await kernel.close?.();
  }
}

function exitCodeOf(held: readonly Held[]): number {
  if (held.length === 0) return 77;
  if (held.some(({ verdict }) => verdict === "BROKEN")) return 1;
  return held.some(({ verdict }) => verdict === "ERROR") ? 3 : 0;
}

function page(given: Case, held: readonly Held[]): string {
  const sizes = Object.entries(given.inputs).map(([name, { shape }]) => `${name} [${shape.join(", ")}]`);
  const lines = held.map(({ law, verdict, sentence }) =>
    [`${verdict.padEnd(6)}  ${law}`, ...(sentence ? [`        ${sentence}`] : [])].join("\n"),
  );
  const none = `no law here is about ${given.op}`;
  return `${given.op} in ${given.dtype} on ${sizes.join(", ")}\n\n${lines.length > 0 ? lines.join("\n") : none}\n`;
}

/** The call whose inputs the file has. */
function caseOf({ tensors, op, attributes }: LawOptions): Case {
  const operation = OPERATIONS.get(op ?? "");
  if (!operation)
    throw new WrongUse(
      `--op is ${op ?? "missing"}; expected one of ${[...OPERATIONS.keys()].join(", ")}, which the tensors are inputs of`,
    );
  const file = openSafetensors(openFile(tensors));
  const named = Object.keys(operation.inputs).flatMap((key): [string, Input][] => {
    const name = key.replace("?", "");
    const found = [name, `in.${name}`].find((one) => file.entries.has(one));
    if (found) return [[name, inputOf(file, found)]];
    if (key.endsWith("?")) return [];
    throw new FormatError(`${tensors}: has no tensor ${name}; expected the inputs of ${operation.name}`);
  });
  const given: Case = {
    id: `${operation.name}/own`,
    op: operation.name,
    dtype: dtypeOf(operation, file, tensors),
    tier: "bounded",
    attributes: attributesIn(attributes, operation.name),
    inputs: Object.fromEntries(named),
  };
  checkShapes(given, tensors);
  checkSums(given, tensors);
  checkIds(given, tensors);
  return given;
}

function inputOf(file: Safetensors, name: string): Input {
  return { shape: file.entries.get(name)?.shape ?? [], numbers: file.numbers(name) };
}

/** The type that all of the tensors have, ids aside. */
function dtypeOf(operation: Operation, file: Safetensors, path: string): FloatDtype {
  const names = Object.keys(operation.inputs).map((key) => key.replace("?", ""));
  const found = new Map(
    names
      .filter((name) => !IDS.has(name))
      .flatMap((name) => [name, `in.${name}`])
      .flatMap((name) => {
        const entry = file.entries.get(name);
        return entry ? [[entry.dtype, name] as const] : [];
      }),
  );
  const [dtype, ...others] = [...found.keys()];
  if (others.length === 0 && isFloat(dtype)) return dtype;
  const said = [...found].map(([type, name]) => `${name} in ${type}`).join(", ");
  throw new FormatError(`${path}: has ${said}; expected one type, of ${Object.keys(FORMATS).join(", ")}`);
}

const isFloat = (dtype: string | undefined): dtype is FloatDtype => Object.hasOwn(FORMATS, dtype ?? "");

/** Axes by the same letter have the same size. @throws {FormatError} naming the first that does not */
function checkShapes({ op, inputs }: Case, path: string): void {
  const sizes = new Map<string, { readonly size: number; readonly from: string }>();
  for (const [key, axes] of Object.entries(OPERATIONS.get(op)?.inputs ?? {})) {
    const name = key.replace("?", "");
    const input = inputs[name];
    if (!input) continue;
    const said = `${path}: ${name} is [${input.shape.join(", ")}]; expected [${axes.join(", ")}]`;
    if (input.shape.length !== axes.length) throw new FormatError(said);
    for (const [i, axis] of axes.entries()) {
      const size = input.shape[i] ?? 0;
      const known = sizes.get(axis);
      if (known && known.size !== size)
        throw new FormatError(`${said} with ${axis} = ${known.size}, as in ${known.from}`);
      sizes.set(axis, { size, from: name });
    }
  }
}

/** What sizes have to do with each other and with attributes. @throws {FormatError} naming the first that does not fit */
function checkSums(given: Case, path: string): void {
  const sizes = axisSizes(given);
  const of = (axis: string): number => sizes.get(axis) ?? 0;
  const refuse = (found: string, wanted: string): never => {
    throw new FormatError(`${path}: ${found}; expected ${wanted}`);
  };
  const K = Number(given.attributes["K"] ?? 1);
  for (const axis of ["N·K", "G·K", "H"])
    if (of(axis) % K !== 0)
      refuse(`rows of ${of(axis)} numbers`, `heads of K = ${K}, as --attributes has it`);
  const [heads, shared] = [of("N·K") / K, of("G·K") / K];
  if (shared > 0 && heads % shared !== 0)
    refuse(`q has ${heads} heads, k ${shared}`, "each head of k to be shared by as many of q");
  if (given.op.startsWith("attend") && of("S") < of("T"))
    refuse(`q has ${of("T")} rows, k ${of("S")}`, "as many keys as queries, or more");
  if (given.op === "append.gradient" && of("P+T") !== of("P") + of("T"))
    refuse(`dy has ${of("P+T")} rows`, `P + T = ${of("P") + of("T")}, as past and next have`);
}

/** Ids are whole numbers below V. @throws {FormatError} naming the first that is not */
function checkIds(given: Case, path: string): void {
  const V = axisSizes(given).get("V") ?? 0;
  for (const [name, { numbers }] of Object.entries(given.inputs)) {
    if (!IDS.has(name)) continue;
    const at = numbers.findIndex((id) => !Number.isInteger(id) || id < 0 || id >= V);
    if (at >= 0)
      throw new FormatError(
        `${path}: ${name} element ${at} is ${numbers[at]}; expected an id below V = ${V}`,
      );
  }
}
