// A program of somebody else's, run so that nothing of it stays: it and all that it starts are one group of processes.
import { type ChildProcess, type StdioOptions, spawn } from "node:child_process";
import { constants } from "node:os";
import { attempt } from "../formats/file.node.ts";
import { FormatError } from "../formats/format-error.ts";
import { atEnd } from "./ending.node.ts";
import { clipped, lines, quoted } from "./lines.ts";

/** A line for the shell, or a program and its words. */
export type Command = string | readonly string[];

export interface Program {
  readonly child: ChildProcess;
  /** How it ended, in words: "ended with exit code 3". It comes after all that it wrote. */
  readonly ended: Promise<Ended>;
  /** the last line of its standard error, or "" */
  lastLine(): string;
  /** that line for a message, after what it did, or "" */
  lastWords(): string;
  /** Ends it and all that it started; `ended` tells when. */
  kill(): void;
}

export interface Ended {
  readonly code: number | null;
  /** by a signal, or it never began */
  readonly crashed: boolean;
  readonly how: string;
}

/** Waiting for the pipes of a program that has ended: what left its group may hold them open. */
const DRAIN_MS = 500;
const LONGEST_LINE = 1 << 16;

/**
 * Starts a program. One that cannot be started has `ended` at once, and says why.
 *
 * @param heard  is shown each line of its standard error
 */
export function program(command: Command, stdio: StdioOptions, heard: (line: string) => void): Program {
  const child = spawned(command, stdio);
  let last = "";
  const { push, rest } = lines(LONGEST_LINE, hear, () => {});
  function hear(line: string): void {
    if (line.trim() === "") return;
    last = line;
    heard(line);
  }
  // A progress bar writes its one line again and again, from the beginning: each time is a line.
  child.stderr?.on("data", (bytes: Uint8Array) => push(bytes.map((byte) => (byte === 0x0d ? 0x0a : byte))));
  child.stdin?.on("error", () => {}); // it stopped reading: its end or its silence will say so
  let over = false; // its number may then be another's
  const kill = (): void => {
    if (!over) killGroup(child);
  };
  child.once("exit", () => {
    kill(); // what it started and left behind
    over = true;
  });
  const forget = atEnd(kill);
  const ended = endOf(child).finally(forget);
  const lastLine = (): string => clipped(rest().trim() === "" ? last : rest());
  const lastWords = (): string =>
    lastLine() === "" ? "" : `, with ${quoted(lastLine())} last on standard error`;
  return { child, ended, lastLine, lastWords, kill };
}

function spawned(command: Command, stdio: StdioOptions): ChildProcess {
  const [file = "", ...words] = typeof command === "string" ? [command] : command;
  if (file.trim() === "")
    throw new RangeError("program: command is empty; expected a program, with its words");
  const detached = process.platform !== "win32"; // the leader of a group of its own
  return typeof command === "string"
    ? spawn(command, { stdio, detached, shell: true })
    : spawn(file, words, { stdio, detached });
}

function endOf(child: ChildProcess): Promise<Ended> {
  return new Promise((resolve) => {
    child.once("error", (error) => {
      if (child.pid === undefined)
        resolve({ code: null, crashed: true, how: `could not be started: ${reason(error)}` });
    });
    child.once("exit", (code, signal) => {
      const end = ending(code, signal);
      const drained = (): void => {
        clearTimeout(late);
        child.stdout?.destroy();
        child.stderr?.destroy();
        resolve(end);
      };
      const late = setTimeout(drained, DRAIN_MS);
      child.once("close", drained);
    });
  });
}

function ending(code: number | null, signal: string | null): Ended {
  if (signal !== null) return { code, crashed: true, how: `was ended by signal ${signal}` };
  const by = Object.entries(constants.signals).find(([, number]) => 128 + number === code)?.[0];
  if (by)
    return { code, crashed: true, how: `ended with exit code ${code}, a shell's word for signal ${by}` };
  return { code, crashed: false, how: `ended with exit code ${code}` };
}

/** What the system says, in the words of the file formats. */
function reason(error: Error): string {
  try {
    return attempt("", "be started", () => {
      throw error;
    });
  } catch (said) {
    return said instanceof FormatError ? said.message.replace(/^.*: /, "") : error.message;
  }
}

function killGroup(child: ChildProcess): void {
  if (child.pid === undefined) return;
  try {
    if (process.platform === "win32") child.kill("SIGKILL");
    else process.kill(-child.pid, "SIGKILL");
  } catch {
    // nobody is left in the group
  }
}

/** What `promise` gives, or undefined after so many seconds. */
export function within<R>(seconds: number, promise: Promise<R>): Promise<R | undefined> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => resolve(undefined), 1000 * seconds);
    promise.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}

/** @throws {RangeError} when the seconds are none that a timer can wait */
export function positive(seconds: number, name: string): number {
  if (seconds > 0 && seconds <= 1e6) return seconds;
  throw new RangeError(`subprocess: ${name} is ${seconds}; expected seconds above 0, a million at most`);
}
