// A kernel that is a program for one picture: started anew for each, with the names of two files, without a word.
import type { Failure } from "./answer.ts";
import type { Heard } from "./conversation.node.ts";
import type { Declaration, Kernel, Outcome } from "./kernel.ts";
import type { Picture } from "./picture.ts";
import { type Exchange, pictureFiles } from "./picture-files.node.ts";
import { type Command, positive, program, within } from "./program.node.ts";

/** How long a program for one picture may take, and who hears what it writes. */
export interface OneShotOptions {
  /** how long a run may take, its start included; 30 */
  readonly timeoutSeconds?: number;
  /** is shown each line of standard error; standard output is not read */
  readonly heard?: Heard;
}

/** The exit code of a program that does not do what it was asked for. */
const UNSUPPORTED = 77;

/**
 * Runs `command --case IN --out OUT` for each picture: 0 is ok, 77 unsupported, and another exit code an error, with
 * the last line of standard error as its message.
 *
 * @param command      a line for the shell, or a program and its words
 * @param declaration  what it would say of itself
 */
export function oneShot(command: Command, declaration: Declaration, options: OneShotOptions = {}): Kernel {
  const seconds = positive(options.timeoutSeconds ?? 30, "timeoutSeconds");
  const files = pictureFiles();
  let runs = 0;
  const run = async (picture: Picture): Promise<Outcome> => {
    const exchange = files.exchange(picture, ++runs);
    try {
      const outcome = await ran(command, exchange, seconds, options.heard);
      return outcome.status === "ok" ? (exchange.take() ?? outcome) : outcome;
    } finally {
      exchange.remove();
    }
  };
  return { declaration, run, close: files.close };
}

async function ran(command: Command, files: Exchange, seconds: number, heard?: Heard): Promise<Outcome> {
  const stdio = ["ignore", "ignore", "pipe"] as const;
  const running = program(withFiles(command, files), [...stdio], (line) => heard?.(line, "stderr"));
  const end = await within(seconds, running.ended);
  if (!end) {
    running.kill();
    await within(2, running.ended);
    return failed("timeout", `did not end within ${seconds} s${running.lastWords()}`);
  }
  if (end.code === 0) return { status: "ok" };
  const said = running.lastLine();
  if (end.code === UNSUPPORTED)
    return { status: "unsupported", message: `adapter: ${said || "says unsupported and not why"}` };
  if (end.crashed) return failed("crash", `${end.how}${running.lastWords()}`);
  if (said === "") return failed("error", `${end.how} and no word`);
  return { status: "error", message: `adapter: ${said}` };
}

const failed = (status: Failure["status"], found: string): Failure => ({
  status,
  message: `adapter: ${found}; expected exit code 0 and the picture`,
});

function withFiles(command: Command, { given, wanted }: Exchange): Command {
  if (typeof command !== "string") return [...command, "--case", given, "--out", wanted];
  return `${command} --case ${forShell(given)} --out ${forShell(wanted)}`;
}

const forShell = (path: string): string =>
  process.platform === "win32" ? `"${path}"` : `'${path.replaceAll("'", "'\\''")}'`;
