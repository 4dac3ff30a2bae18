// Progress on stderr, so that stdout stays the answer: from the first second on, a line that is redrawn on a terminal
// and written every ten seconds elsewhere.
import type { Terminal } from "./terminal.ts";

export interface Progress {
  /** `text` says how far it is; it is asked only when a line is due. */
  show(text: () => string): void;
  /** Clears the line. */
  end(): void;
}

/** A progress that keeps silent for the first second. */
export function progress({ err, live }: Terminal): Progress {
  const interval = live ? 100 : 10_000;
  let [due, drawn] = [Date.now() + 1000, false];
  return {
    show(text) {
      if (Date.now() < due) return;
      due = Date.now() + interval;
      drawn = true;
      err(live ? `\r\u001b[K${text()}` : `${text()}\n`);
    },
    end() {
      if (drawn && live) err("\r\u001b[K");
    },
  };
}

/** Tells a line how many of a model's weights are read. */
export const reading =
  (line: Progress) =>
  (done: number, total: number): void =>
    line.show(() => `reading weights, ${Math.floor((100 * done) / total)} %`);

/** Characters that take a second or so to work through. */
const LONG = 1_000_000;

/** Says what is done to a long text before it is done, where there is no telling how far it is. */
export function announce({ err }: Terminal, what: string, { length }: string): void {
  if (length >= LONG) err(`${what} ${length.toLocaleString("en")} characters\n`);
}
