// One life of an adapter: requests in, answers out, a line each. When anything goes wrong, it is over.
import type { Failure } from "./answer.ts";
import { type Lines, lines, quoted } from "./lines.ts";
import { type Command, type Program, program, within } from "./program.node.ts";

/** Sees what an adapter writes that is no answer. */
export type Heard = (line: string, stream: "stdout" | "stderr") => void;

/** A request, what it is called, and what answers it. */
export interface Request {
  readonly line: string;
  readonly what: string;
  readonly expected: string;
  readonly seconds: number;
}

const LONGEST_LINE = 1 << 20;
/** As many lines between two answers may be something else, such as the banner of a library. */
const STRAY_LINES = 100;
/** What an adapter has, once its input has ended or it was killed. */
const GRACE_SECONDS = 2;

export class Conversation {
  readonly #program: Program;
  readonly #heard: Heard;
  readonly #output: Lines;
  #asked: Request | undefined;
  #answered: ((answer: string | Failure) => void) | undefined;
  #over: Failure | undefined;
  #strays: readonly string[] = [];

  constructor(command: Command, heard: Heard) {
    this.#heard = heard;
    const overlong = (): void =>
      this.#end(
        "protocol",
        `wrote ${LONGEST_LINE} characters without the end of a line`,
        "answers on one line",
      );
    this.#output = lines(LONGEST_LINE, (line) => this.#read(line), overlong);
    this.#program = program(command, "pipe", (line) => heard(line, "stderr"));
    this.#program.child.stdout?.on("data", this.#output.push);
    this.#program.ended.then(({ how }) => {
      const when = this.#answered ? "before" : "after";
      const expected = this.#answered ? this.#asked?.expected : "it to go on until its input ends";
      this.#end("crash", `${how}${this.#when(when)}${this.#program.lastWords()}`, expected ?? "its hello");
    });
  }

  /** The line that answers a request, the first that begins with "{"; or why there is none. */
  async ask(request: Request): Promise<string | Failure> {
    if (this.#over) return this.#over;
    this.#asked = request;
    const answer = new Promise<string | Failure>((resolve) => {
      this.#answered = resolve;
    });
    this.#program.child.stdin?.write(`${request.line}\n`);
    if ((await within(request.seconds, answer)) === undefined) this.#late(request);
    const found = await answer;
    if (typeof found !== "string") await within(GRACE_SECONDS, this.#program.ended);
    return found;
  }

  /** Ends the adapter for that reason, unless it is over already. */
  end(failure: Failure): void {
    this.#over ??= failure;
    this.#program.kill();
    this.#answer(this.#over);
  }

  /** Lets it end by itself, and ends it if it does not. */
  async close(): Promise<void> {
    this.#over ??= { status: "crash", message: "adapter: was closed; expected no more runs" };
    this.#program.child.stdin?.end();
    if (await within(GRACE_SECONDS, this.#program.ended)) return;
    this.#program.kill();
    await within(GRACE_SECONDS, this.#program.ended);
  }

  #end(status: Failure["status"], found: string, expected: string): void {
    this.end({ status, message: `adapter: ${found}; expected ${expected}` });
  }

  #answer(answer: string | Failure): void {
    this.#answered?.(answer);
    this.#answered = undefined;
  }

  #read(line: string): void {
    if (this.#over) return;
    if (!line.trimStart().startsWith("{")) this.#stray(line);
    else if (this.#answered) {
      this.#strays = [];
      this.#answer(line);
    } else this.#end("protocol", `wrote ${quoted(line)}${this.#when("after")}`, "one answer to each request");
  }

  #stray(line: string): void {
    if (line.trim() === "") return;
    this.#strays = [...this.#strays, line];
    this.#heard(line, "stdout");
    if (this.#strays.length > STRAY_LINES) {
      const found = `wrote ${this.#strays.length} lines that are no JSON, the last ${quoted(line)},`;
      this.#end("protocol", `${found} in place of an answer`, `${STRAY_LINES} such lines at most`);
    }
  }

  #late({ what, expected, seconds }: Request): void {
    const [begun, stray] = [this.#output.rest(), this.#strays.at(-1)];
    const written =
      begun !== ""
        ? `, but for ${quoted(begun)} without the end of a line`
        : stray !== undefined
          ? `, but for ${quoted(stray)}, which is no JSON`
          : "";
    const found = `did not answer ${what} within ${seconds} s${written}${this.#program.lastWords()}`;
    this.#end("timeout", found, expected);
  }

  #when(word: string): string {
    const began = this.#program.child.pid !== undefined;
    return began && this.#asked ? ` ${word} it answered ${this.#asked.what}` : "";
  }
}
