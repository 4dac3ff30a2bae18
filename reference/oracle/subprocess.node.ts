// A kernel in any language: a program that answers requests line by line, and exchanges pictures as files.
// However it behaves, a run has an outcome; where its process is lost, the next run starts another.
import { FormatError } from "../formats/format-error.ts";
import { answerIn, type Failure, refused } from "./answer.ts";
import { Conversation, type Heard } from "./conversation.node.ts";
import { declarationIn } from "./declaration.ts";
import type { Declaration, Kernel, Outcome } from "./kernel.ts";
import type { Picture } from "./picture.ts";
import { type Exchange, type PictureFiles, pictureFiles } from "./picture-files.node.ts";
import { type Command, positive } from "./program.node.ts";

/** How long an adapter may take to say hello and to run, and who hears what it writes besides. */
export interface SubprocessOptions {
  /** how long a run may take; 30 */
  readonly timeoutSeconds?: number;
  /** how long until hello is answered; 60, for whoever loads much */
  readonly startSeconds?: number;
  /** is shown lines that are no answers: a library's banner, and all of standard error */
  readonly heard?: Heard;
}

/** An adapter that cannot be talked to; the message is one sentence. */
export class AdapterError extends Error {
  override readonly name = "AdapterError";
  readonly outcome: Failure;

  constructor(outcome: Failure) {
    super(outcome.message);
    this.outcome = outcome;
  }
}

/** After so many starts in a row that failed there is no other. */
const STARTS = 3;

interface Life {
  readonly conversation: Conversation;
  readonly declaration: Declaration;
}

/**
 * Starts an adapter. Its runs are made one after the other; whoever has it closes it.
 *
 * @param command  a line for the shell, or a program and its words
 * @throws {AdapterError} when it does not say hello as it must
 */
export async function subprocess(command: Command, options: SubprocessOptions = {}): Promise<Kernel> {
  const adapter = new Adapter(command, options);
  try {
    const first = await adapter.alive();
    if ("status" in first) throw new AdapterError(first);
    const { declaration } = first;
    return { declaration, run: (picture) => adapter.run(picture), close: () => adapter.close() };
  } catch (error) {
    await adapter.close();
    throw error;
  }
}

/** The lives of one adapter, one after the other, and its runs. */
class Adapter {
  readonly #command: Command;
  readonly #heard: Heard;
  readonly #runSeconds: number;
  readonly #startSeconds: number;
  readonly #files: PictureFiles;
  #life: Life | undefined;
  #declaration: Declaration | undefined;
  #failedStarts = 0;
  #runs = 0;
  #last: Promise<unknown> = Promise.resolve();
  #closed = false;

  constructor(command: Command, { timeoutSeconds = 30, startSeconds = 60, heard }: SubprocessOptions) {
    this.#command = command;
    this.#heard = heard ?? (() => {});
    this.#runSeconds = positive(timeoutSeconds, "timeoutSeconds");
    this.#startSeconds = positive(startSeconds, "startSeconds");
    this.#files = pictureFiles();
  }

  run(picture: Picture): Promise<Outcome> {
    const outcome = this.#last.then(() => this.#run(picture));
    this.#last = outcome.catch(() => {});
    return outcome;
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#last;
    await this.#life?.conversation.close();
    this.#files.close();
  }

  async #run(picture: Picture): Promise<Outcome> {
    if (this.#closed) return refused("was closed", "runs before that only");
    const life = await this.alive();
    if ("status" in life) return life;
    const id = ++this.#runs;
    const files = this.#files.exchange(picture, id);
    try {
      const outcome = await this.#asked(life.conversation, picture, id, files);
      return outcome.status === "ok" ? (files.take() ?? outcome) : outcome;
    } finally {
      files.remove();
    }
  }

  async #asked(conversation: Conversation, picture: Picture, id: number, files: Exchange): Promise<Outcome> {
    const { op, attributes } = picture;
    const answer = await conversation.ask({
      line: JSON.stringify({ id, run: { op, attributes, case: files.given, out: files.wanted } }),
      what: `run ${id} (${op})`,
      expected: `one line of JSON with id ${id}`,
      seconds: this.#runSeconds,
    });
    const outcome = typeof answer === "string" ? answerIn(answer, id) : answer;
    if (typeof answer === "string" && outcome.status !== "protocol") return outcome;
    if (outcome.status !== "ok") conversation.end(outcome); // who was out of step once is not asked again
    this.#life = undefined;
    return outcome;
  }

  /** The life at hand, or another; it must declare what the first one did. */
  async alive(): Promise<Life | Failure> {
    if (this.#life) return this.#life;
    if (this.#failedStarts >= STARTS) return GIVEN_UP;
    this.#failedStarts++;
    const life = await greeted(new Conversation(this.#command, this.#heard), this.#startSeconds);
    if ("status" in life) return life;
    this.#declaration ??= life.declaration;
    const [first, now] = [this.#declaration, life.declaration].map((said) => JSON.stringify(said));
    if (now !== first) {
      const failure = refused(`declares ${now} when it is started again`, `${first}, as at first`);
      life.conversation.end(failure);
      return failure;
    }
    this.#failedStarts = 0;
    this.#life = life;
    return life;
  }
}

const GIVEN_UP: Failure = {
  status: "crash",
  message: `adapter: failed to start ${STARTS} times in a row and is not started again; expected a hello`,
};

/** Says hello, and takes the declaration that answers it. */
async function greeted(conversation: Conversation, seconds: number): Promise<Life | Failure> {
  const line = JSON.stringify({ op: "hello", protocol: 1 });
  const expected = "its declaration, a JSON object on one line";
  const answer = await conversation.ask({ line, what: "hello", expected, seconds });
  if (typeof answer !== "string") return answer;
  try {
    return { conversation, declaration: declarationIn(answer, "adapter") };
  } catch (error) {
    if (!(error instanceof FormatError)) throw error;
    const failure: Failure = { status: "protocol", message: error.message };
    conversation.end(failure);
    return failure;
  }
}
