// The lab that the command gives an experiment: a machine, the shipped models, the texts, and a memory of finished parts.
import { existsSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { attempt, makeFolder, writeFile } from "../../reference/formats/file.node.ts";
import { FormatError } from "../../reference/formats/format-error.ts";
import type { Model } from "../../reference/models/model.ts";
import { split } from "../../reference/training/corpus.ts";
import { load } from "../load.ts";
import { type MachineOptions, machineOf } from "../machine.ts";
import { modelPath } from "../model-options.ts";
import { progress } from "../progress.ts";
import { type Terminal, WrongUse } from "../terminal.ts";
import { books } from "../texts.ts";
import type { Lab } from "./experiment.ts";

export interface OpenLab extends Lab {
  /** Writes the document where the options say, and forgets the parts. */
  finish(document: object): Promise<void>;
  close(): void;
}

/** Weights of the largest model of an experiment, in numbers. */
const WEIGHTS = 4_000_000;

export async function labOf(
  options: MachineOptions & { readonly out?: string },
  terminal: Terminal,
  name: string,
): Promise<OpenLab> {
  const { out } = options;
  if (out !== undefined) checkOut(out);
  const machine = await machineOf(options, WEIGHTS, 1);
  const line = progress(terminal);
  const parts = out === undefined ? undefined : `${out}.parts`;
  const kept: Record<string, object> = parts === undefined ? {} : readParts(parts, name);
  const texts = () => split(books().map(({ text }) => text));
  return {
    machine,
    say: line.show,
    model(name) {
      const loaded = load({ model: modelPath(name) }, terminal);
      const model = { ...loaded.model, weights: machine.load(loaded.model.weights) } as Model;
      return { ...loaded, model, validation: loaded.tokenizer.encode(texts().validation) };
    },
    texts,
    async part(key, make) {
      const before = kept[key];
      if (before) return before as Awaited<ReturnType<typeof make>>;
      const made = await make();
      kept[key] = made;
      if (parts !== undefined) writeFile(parts, [encoded({ experiment: name, parts: kept })]);
      return made;
    },
    async finish(document) {
      line.end();
      if (out === undefined) terminal.out(text(document));
      else {
        writeFile(out, [new TextEncoder().encode(text(document))]);
        if (parts !== undefined) rmSync(parts, { force: true });
        terminal.err(`${out}: written\n`);
      }
    },
    close() {
      line.end();
      machine.close();
    },
  };
}

/** Before hours of work: whether the document can be written there at their end. */
function checkOut(out: string): void {
  if (out === "" || (existsSync(out) && statSync(out).isDirectory()))
    throw new WrongUse(
      `--out is ${out === "" ? "empty" : `${out}, a directory`}; expected the path of a file`,
    );
  makeFolder(dirname(out));
  const probe = `${out}.probe`;
  attempt(out, "be written", () => {
    writeFileSync(probe, "");
    rmSync(probe);
  });
}

function readParts(path: string, name: string): Record<string, object> {
  if (!existsSync(path)) return {};
  const found: unknown = attempt(path, "be read", () => JSON.parse(readFileSync(path, "utf8")));
  const { experiment, parts } = found as { experiment?: string; parts?: Record<string, object> };
  if (experiment === name && parts !== undefined) return { ...parts };
  throw new FormatError(
    `${path}: holds parts of ${experiment ?? "something else"}; expected those of ${name}, or no such file`,
  );
}

const encoded = (value: object): Uint8Array => new TextEncoder().encode(`${JSON.stringify(value)}\n`);

/** JSON of six significant digits, a list of numbers on one line. */
export const text = (document: object): string =>
  `${JSON.stringify(document, rounded, 1)}\n`.replace(
    /\[\s+((?:-?[\d.]+(?:e[-+]?\d+)?,?\s+)+)\]/g,
    (_, list: string) => `[${list.trim().replace(/\s+/g, " ")}]`,
  );

const rounded = (_: string, value: unknown): unknown =>
  typeof value === "number" && !Number.isInteger(value) ? Number(value.toPrecision(6)) : value;
