// relukit as a function for the tests: words in, two streams and an exit code out.
import { relukit } from "../../bin/program.ts";

export interface Ended {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** The command with its two streams caught. */
export async function ended(...words: readonly string[]): Promise<Ended> {
  const [out, err]: [string[], string[]] = [[], []];
  const terminal = { out: (s: string) => out.push(s), err: (s: string) => err.push(s), live: false };
  const code = await relukit(words, terminal);
  return { code, out: out.join(""), err: err.join("") };
}
