// Records of engines over the cases of fixtures/oracle: what each answered, and what it is judged by.
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { bytesSource } from "../../reference/formats/byte-source.ts";
import { openSafetensors } from "../../reference/formats/safetensors.ts";
import { type Case, outputShapes } from "../../reference/oracle/case.ts";
import { expectationOf } from "../../reference/oracle/expectation.ts";
import type { FloatDtype } from "../../reference/oracle/float-formats.ts";
import type { Expectation } from "../../reference/oracle/judge.ts";
import type { Declaration } from "../../reference/oracle/kernel.ts";
import { modelOf } from "../../reference/oracle/model.ts";
import { loadSuite } from "../../reference/oracle/suite.node.ts";
import type { Suite } from "../../reference/oracle/suite.ts";
import type { StoredCase } from "../../reference/oracle/suite-case.ts";
import type { ByOutput } from "../../reference/oracle/truth.ts";
import type { Numbers } from "../../reference/tensor.ts";

export const folder = new URL("../../fixtures/golden/suite/", import.meta.url);
export const suiteFolder = fileURLToPath(new URL("../../fixtures/oracle/", import.meta.url));

/** One of the arithmetics of an engine: where it holds, and why it is not the plain one. Later ones add to earlier. */
export interface Rule {
  readonly dtypes?: readonly FloatDtype[];
  /** a regular expression over ids of cases */
  readonly match?: string;
  /** kinds of activation */
  readonly kinds?: readonly string[];
  readonly declares: Omit<Declaration, "name">;
  readonly because: string;
}

/** An engine configuration, as fixtures/record/engines.json has it. */
export interface Engine {
  /** what this project has not at hand: its records may be missing */
  readonly needs?: string;
  readonly dtypes: readonly FloatDtype[];
  readonly arithmetic: readonly Rule[];
}

export const engines: Readonly<Record<string, Engine>> = JSON.parse(
  readFileSync(new URL("../../fixtures/record/engines.json", import.meta.url), "utf8"),
);

export interface Answered {
  readonly stored: StoredCase;
  /** what the engine gave */
  readonly answer: ByOutput<Numbers>;
}

export interface SuiteRecord {
  readonly file: string;
  readonly configuration: string;
  readonly dtype: FloatDtype;
  readonly metadata: ReadonlyMap<string, string>;
  readonly answered: readonly Answered[];
}

let loaded: Promise<Suite> | undefined;
export const suite = (): Promise<Suite> => {
  loaded ??= loadSuite(suiteFolder);
  return loaded;
};

export const files: readonly string[] = readdirSync(folder)
  .filter((name) => name.endsWith(".safetensors"))
  .sort();

/** A record: every tensor of it is an output of a case of today's suite, and all of a case's outputs are there. */
export async function recordIn(file: string): Promise<SuiteRecord> {
  const tensors = openSafetensors(bytesSource(file, readFileSync(new URL(file, folder))));
  const said = (key: string): string => tensors.metadata.get(key) ?? "";
  const [configuration, dtype] = [said("configuration"), said("dtype") as FloatDtype];
  const left = new Set(tensors.entries.keys());
  const answered = (await suite()).cases.flatMap((stored): Answered[] => {
    if (stored.given.dtype !== dtype) return [];
    const names = Object.keys(outputShapes(stored.given));
    if (!names.every((name) => left.delete(`${stored.given.id}/${name}`))) return [];
    const answer = names.map((name) => [name, tensors.numbers(`${stored.given.id}/${name}`)] as const);
    return [{ stored, answer: Object.fromEntries(answer) }];
  });
  if (left.size > 0)
    throw new Error(`${file}: ${[...left][0]} is no output of fixtures/oracle: record it anew`);
  return { file, configuration, dtype, metadata: tensors.metadata, answered };
}

/** Whether the rule holds for the case. */
export function holds({ dtypes, match, kinds }: Rule, { id, dtype, attributes }: Case): boolean {
  const kind = (attributes["f"] as { readonly kind?: string } | undefined)?.kind ?? "";
  return (
    (dtypes?.includes(dtype) ?? true) &&
    (match === undefined || new RegExp(match).test(id)) &&
    (kinds?.includes(kind) ?? true)
  );
}

/** What the engine declares for a case; as if without one of its rules, where that is asked for. */
export function declarationOf(configuration: string, given: Case, without?: Rule): Omit<Declaration, "name"> {
  const rules =
    engines[configuration]?.arithmetic.filter((rule) => rule !== without && holds(rule, given)) ?? [];
  return Object.assign({}, ...rules.map(({ declares }) => declares));
}

const known = new Map<string, Expectation>();

/** What an answer is judged against; engines that declare the same share it. */
export function expectationFor(
  { given, truth, gauge }: StoredCase,
  declared: Omit<Declaration, "name">,
): Expectation {
  const declaration = JSON.stringify(declared);
  const key = `${given.id} ${declaration}`;
  const stored = declaration === "{}" ? gauge : undefined; // the suite's own bounds are of the plain arithmetic
  const found = known.get(key) ?? expectationOf(given, modelOf(declared, given.dtype), truth, stored);
  known.set(key, found);
  return found;
}
