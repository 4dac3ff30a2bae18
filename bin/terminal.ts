// What a command talks to: the answer goes to `out`, everything said about it to `err`.

export interface Terminal {
  out(text: string): void;
  err(text: string): void;
  /** whether a person watches `err`, so that a line may be redrawn */
  readonly live: boolean;
}

/** Wrong use of a command, or input that it cannot use; the message is one sentence. Exit code 2. */
export class WrongUse extends Error {
  override readonly name = "WrongUse";
}

/** The command did its work and its answer is no: a lesson that fails, a kernel that is wrong. Exit code 1. */
export class NegativeVerdict extends Error {
  override readonly name = "NegativeVerdict";
}

/** The command did its work, and has an exit code of its own for what it found; all that is to be said is said. */
export class Verdict extends Error {
  override readonly name = "Verdict";
  readonly exitCode: number;

  constructor(exitCode: number) {
    super(`exit code ${exitCode}`);
    this.exitCode = exitCode;
  }
}

/** A signal ended the command, which saved what it had. Exit code 130. */
export class Interrupted extends Error {
  override readonly name = "Interrupted";
}

/** What the library of the command line complains of, as one sentence on one line: what was found, and what is expected. */
export const complaint = (text: string): string =>
  text
    .trim()
    .replace(/^error: /, "")
    .replace(/^option '(.+?)' argument '(.*)' is invalid\. /s, "option '$1' is '$2'. ")
    .replace(/\. Expected (.*?)\.?$/s, "; expected $1")
    .replace(/\. Allowed choices are (.*)\.$/s, "; expected one of $1")
    .replace(/\n\(Did you mean (.*)\?\)$/, "; did you mean $1?");
