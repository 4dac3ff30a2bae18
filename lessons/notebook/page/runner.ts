// Runs programs in a worker of the page, each cell under its time limit. A worker that was used up or stopped is replaced, and
// the next one waits ready with its library.
import type { Message, Output } from "../cell.ts";
import { Collection } from "../collection.ts";
import type { Comparison } from "../comparison.ts";
import { lineInStack, type Place, type Program, placeOf } from "../program.ts";
import { data, workerText } from "./assets.ts";
import type { Answer, Request } from "./worker.ts";

/** How a run ended. */
export type Outcome =
  | { readonly kind: "done"; readonly seconds: number }
  | { readonly kind: "failed"; readonly place?: Place; readonly name: string; readonly text: string }
  | { readonly kind: "late"; readonly cell: string; readonly seconds: number }
  | { readonly kind: "stopped" };

/** What a run says on its way. */
export interface Listener {
  readonly begin: (cell: string) => void;
  readonly shown: (cell: string, outputs: readonly Output[]) => void;
  readonly end: (cell: string, outputs: readonly Output[], bits: string) => void;
  readonly remark: (place: Place, text: string) => void;
  readonly checked: (cell: string, sentence: string) => void;
  readonly compared: (cell: string, comparison: Comparison) => void;
}

type Values = Readonly<Record<string, number>>;
type Bundle = Readonly<Record<string, unknown>>;

interface Wanted {
  readonly cell: string;
  readonly values: Values;
  readonly resolve: (data: Bundle | undefined) => void;
  readonly reject: (reason: unknown) => void;
}

const secondsToStart = 30;
const secondsToDraw = 5;

export class Runner {
  #url: Promise<string> | undefined;
  #spare: Promise<Worker> | undefined;
  /** the worker of the last run, which still draws for its controls */
  #worker: Worker | undefined;
  #ran: ReadonlySet<string> = new Set();
  #stop: (() => void) | undefined;

  /** Whether a program is running. */
  get busy(): boolean {
    return this.#stop !== undefined;
  }

  /** Loads the library and starts a worker, so that the next run begins at once. */
  warm(): void {
    this.#spare ??= this.#start();
    this.#spare.catch(() => {
      this.#spare = undefined;
    });
  }

  async #start(): Promise<Worker> {
    this.#url ??= workerText().then((text) =>
      URL.createObjectURL(new Blob([text], { type: "text/javascript" })),
    );
    const worker = new Worker(await this.#url);
    await new Promise<void>((resolve, reject) => {
      worker.onmessage = () => resolve();
      worker.onerror = (event) => reject(new Error(`the worker does not start: ${event.message}`));
    });
    return worker;
  }

  /** Ends what is running; its promise comes to `stopped`. */
  stop(): void {
    this.#stop?.();
  }

  /** Runs `program` in a new worker; ends what ran before. */
  async run(program: Program, listener: Listener): Promise<Outcome> {
    this.stop();
    this.#worker?.terminate();
    this.#worker = undefined;
    let stopped = false;
    const halted = new Promise<Outcome>((resolve) => {
      this.#stop = () => {
        stopped = true;
        resolve({ kind: "stopped" });
      };
    });
    const stop = this.#stop;
    try {
      const paths = program.needs.map((from) => from.replace(/^relukit\//, ""));
      this.warm();
      const files = await data(paths.filter((path) => /\.(?:json|txt|bin|safetensors)$/.test(path)));
      const worker = await (this.#spare ?? this.#start());
      this.#spare = undefined;
      if (stopped) {
        worker.terminate();
        return { kind: "stopped" };
      }
      const outcome = await Promise.race([watch(worker, program, listener, files), halted]);
      if (outcome.kind === "done") {
        this.#worker = worker;
        this.#ran = new Set(program.parts.map(({ id }) => id));
      } else worker.terminate();
      return outcome;
    } catch (error) {
      return { kind: "failed", name: "Error", text: error instanceof Error ? error.message : String(error) };
    } finally {
      if (this.#stop === stop) this.#stop = undefined;
      this.warm();
    }
  }

  /** Whether the last run's worker is there to draw for the controls of a cell. */
  draws(cell: string): boolean {
    return this.#worker !== undefined && this.#ran.has(cell);
  }

  #drawing = false;
  #wanted: Wanted | undefined;

  /**
   * What the controls of a cell show at `values`; nothing when a later call took its place, or no worker is there.
   *
   * @throws {Error} what the drawing throws, or that it took too long
   */
  draw(cell: string, values: Values): Promise<Bundle | undefined> {
    return new Promise((resolve, reject) => {
      this.#wanted?.resolve(undefined);
      this.#wanted = { cell, values, resolve, reject };
      if (!this.#drawing) void this.#drawAll();
    });
  }

  async #drawAll(): Promise<void> {
    this.#drawing = true;
    for (let next = this.#wanted; next !== undefined; next = this.#wanted) {
      this.#wanted = undefined;
      await this.#ask(next.cell, next.values).then(next.resolve, next.reject);
    }
    this.#drawing = false;
  }

  #ask(cell: string, values: Values): Promise<Bundle | undefined> {
    const worker = this.#worker;
    if (worker === undefined) return Promise.resolve(undefined);
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        worker.terminate();
        this.#worker = undefined;
        reject(new Error(`the drawing ran longer than ${secondsToDraw} s and was stopped`));
      }, secondsToDraw * 1000);
      worker.onmessage = ({ data: answer }: MessageEvent<Answer>) => {
        if (answer.type !== "redrawn" && answer.type !== "failed") return;
        clearTimeout(timer);
        if (answer.type === "redrawn") resolve(answer.data);
        else reject(new Error(`${answer.name}: ${answer.message}`));
      };
      worker.postMessage({ type: "control", cell, values } satisfies Request);
    });
  }
}

function watch(
  worker: Worker,
  program: Program,
  listener: Listener,
  files: Readonly<Record<string, string>>,
): Promise<Outcome> {
  const started = performance.now();
  const collection = new Collection();
  const secondsOf = (cell: string): number =>
    program.parts.find(({ id }) => id === cell)?.seconds ?? secondsToStart;
  return new Promise((resolve) => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    let current = "";
    const finish = (outcome: Outcome): void => {
      clearTimeout(timer);
      resolve(outcome);
    };
    const limit = (cell: string): void => {
      clearTimeout(timer);
      const seconds = secondsOf(cell);
      timer = setTimeout(() => {
        if (cell !== "") listener.shown(cell, outputs(cell));
        finish({ kind: "late", cell, seconds });
      }, seconds * 1000);
    };
    const outputs = (cell: string): readonly Output[] => collection.by.get(cell) ?? [];
    const hear = (message: Message | Answer): void => {
      if (message.type === "begin") {
        current = message.cell;
        limit(current);
        if (current === "") return;
        collection.begin(current);
        listener.begin(current);
      } else if (message.type === "output") {
        collection.add(message);
        if (message.again) listener.shown(message.cell, outputs(message.cell));
      } else if (message.type === "end") listener.end(message.cell, outputs(message.cell), message.bits);
      else if (message.type === "problem")
        listener.remark({ cell: message.cell, line: message.line }, message.text);
      else if (message.type === "checked") listener.checked(message.cell, message.sentence);
      else if (message.type === "compared") listener.compared(message.cell, message.comparison);
      else if (message.type === "done")
        finish({ kind: "done", seconds: (performance.now() - started) / 1000 });
      else if (message.type === "stopped") {
        const line = lineInStack(message.stack);
        const place = line === undefined ? undefined : placeOf(program, line);
        const at = place ?? (current === "" ? undefined : { cell: current, line: 0 });
        if (current !== "") listener.shown(current, outputs(current));
        finish({
          ...{ kind: "failed", name: message.name, text: message.message },
          ...(at === undefined ? {} : { place: at }),
        });
      }
    };
    worker.onmessage = ({ data: message }: MessageEvent<Message | Answer>) => hear(message);
    worker.onerror = (event) => finish({ kind: "failed", name: "Error", text: event.message });
    limit("");
    worker.postMessage({ type: "run", text: program.text, data: files } satisfies Request);
  });
}
