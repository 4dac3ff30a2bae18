// Runs one edition of a lesson in a worker thread, cell by cell under a time limit, and collects what the cells show.
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { SourceMap, type SourceMapPayload } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { Worker } from "node:worker_threads";
import type { Bundled } from "./bundle.node.ts";
import type { Message, Output } from "./cell.ts";
import { Collection } from "./collection.ts";
import type { Edition } from "./join.ts";
import type { Lesson } from "./lesson.ts";
import type { Problem } from "./problem.ts";

/** Seconds that a cell may run unless its timeout says more, and the imports; megabytes that a lesson may hold. */
const secondsACell = 5;
const secondsToLoad = 30;
const megabytes = 2048;

export interface Ran {
  /** the outputs of each cell that began, by id */
  readonly outputs: ReadonlyMap<string, readonly Output[]>;
  /** a digest of every number that each cell showed, by id */
  readonly bits: ReadonlyMap<string, string>;
  readonly problems: readonly Problem[];
  /** the error that stopped the lesson, when one did */
  readonly stopped?: { readonly cell: string; readonly name: string; readonly text: string };
  readonly seconds: number;
}

/** Runs `bundled`, the bundle of `edition`, from top to end; `scratch` is a folder for its file. */
export async function run(lesson: Lesson, edition: Edition, bundled: Bundled, scratch: string): Promise<Ran> {
  mkdirSync(scratch, { recursive: true });
  const file = join(scratch, `${lesson.front.id}.${edition.name}.mjs`);
  writeFileSync(file, bundled.code);
  try {
    return await watch(lesson, edition, file, bundled.map);
  } finally {
    rmSync(file, { force: true });
  }
}

function watch(lesson: Lesson, edition: Edition, file: string, map: string): Promise<Ran> {
  const start = performance.now();
  const outputs = new Collection();
  const bits = new Map<string, string>();
  const problems: Problem[] = [];
  let stopped: Ran["stopped"];
  let cell = "";
  let timer: NodeJS.Timeout | undefined;
  const lineOf = (id: string): number => edition.cells.find((one) => one.id === id)?.line ?? 1;
  const limits = { maxOldGenerationSizeMb: megabytes };
  const worker = new Worker(pathToFileURL(file), {
    execArgv: [],
    resourceLimits: limits,
    stdout: true,
    stderr: true,
  });
  const stop = (name: string, line: number, text: string): void => {
    stopped ??= { cell, name, text };
    problems.push({ path: lesson.path, line, text, ...(cell === "" ? {} : { cell }) });
  };
  const limit = (seconds: number, line: number, fix: string): void => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      stop("Timeout", line, `ran longer than ${seconds} s and was stopped; expected an end${fix}`);
      void worker.terminate();
    }, seconds * 1000);
  };
  limit(secondsToLoad, 1, " of its imports");
  worker.on("message", (message: Message) => {
    if (message.type === "begin") {
      cell = message.cell;
      if (cell !== "") outputs.begin(cell);
      const own = edition.cells.find(({ id }) => id === cell)?.keys.timeout;
      limit(own ?? secondsACell, message.line, ", or timeout=… on the cell");
    } else if (message.type === "output") outputs.add(message);
    else if (message.type === "problem") {
      const { line, text } = message;
      problems.push({ path: lesson.path, line, text, cell: message.cell });
    } else if (message.type === "end") {
      clearTimeout(timer);
      bits.set(message.cell, message.bits);
    } else if (message.type === "stopped") {
      const line = lineIn(message.stack, file, map, lesson.path) ?? lineOf(cell);
      stop(message.name, line, `throws ${message.name}: ${message.message}`);
    }
  });
  worker.on("error", (error: Error & { readonly code?: string }) => {
    const memory = error.code === "ERR_WORKER_OUT_OF_MEMORY";
    const text = memory ? `held more than ${megabytes} MB and was stopped` : `stops: ${error.message}`;
    stop(error.name, lineOf(cell), text);
  });
  return new Promise((resolve) => {
    worker.on("exit", () => {
      clearTimeout(timer);
      const seconds = (performance.now() - start) / 1000;
      resolve({
        outputs: outputs.by,
        bits,
        problems,
        seconds,
        ...(stopped === undefined ? {} : { stopped }),
      });
    });
  });
}

/** The first line of lesson.md in an error's stack. */
function lineIn(stack: string, file: string, map: string, path: string): number | undefined {
  const sourceMap = new SourceMap(JSON.parse(map) as SourceMapPayload);
  for (const [, line, column] of stack.matchAll(new RegExp(`${literal(file)}:(\\d+):(\\d+)`, "g"))) {
    const entry = sourceMap.findEntry(Number(line) - 1, Number(column) - 1);
    if ("originalSource" in entry && entry.originalSource.endsWith(path)) return entry.originalLine + 1;
  }
  return undefined;
}

const literal = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
