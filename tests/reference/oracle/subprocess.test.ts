import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";
import type { Kernel, Outcome } from "../../../reference/oracle/kernel.ts";
import {
  AdapterError,
  type SubprocessOptions,
  subprocess,
} from "../../../reference/oracle/subprocess.node.ts";
import { plain } from "./pictures.ts";

const folder = mkdtempSync(join(tmpdir(), "relukit-subprocess-"));
after(() => rmSync(folder, { recursive: true }));

const script = (name: string): string => fileURLToPath(new URL(`adapters/${name}`, import.meta.url));
const misbehaving = (...words: readonly string[]): readonly string[] => [
  process.execPath,
  script("misbehaving.mjs"),
  ...words,
];

/** What `use` makes of a kernel, which is closed afterwards. */
async function withAdapter<R>(
  words: readonly string[],
  options: SubprocessOptions,
  use: (kernel: Kernel) => Promise<R>,
): Promise<R> {
  const kernel = await subprocess(misbehaving(...words), options);
  try {
    return await use(kernel);
  } finally {
    await kernel.close?.();
  }
}

/** Whether the process runs; one that has ended and whose parent did not ask how does not. */
const alive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    const state = `/proc/${pid}/stat`;
    return !existsSync(state) || !/\) Z /.test(readFileSync(state, "utf8"));
  } catch {
    return false;
  }
};

/** Fails unless the processes end within a second. */
async function gone(pids: readonly number[]): Promise<void> {
  for (let i = 0; i < 100 && pids.some(alive); i++) await new Promise((resolve) => setTimeout(resolve, 10));
  assert.deepEqual(pids.filter(alive), []);
}

/**
 * The outcomes of the operators, one run after the other with one adapter. What is not ok leaves its picture as it was;
 * after the last, a good run shows that the adapter goes on.
 */
const outcomesOf = (ops: readonly string[], options: SubprocessOptions = {}): Promise<readonly string[]> =>
  withAdapter([], options, async (kernel) => {
    const outcomes: string[] = [];
    for (const op of ops) {
      const picture = plain(op);
      const before = picture.bytes.slice();
      outcomes.push(shown(await kernel.run(picture)));
      if (outcomes.at(-1) !== "ok")
        assert.deepEqual(picture.bytes, before, `${op}: the picture is as it was`);
    }
    assert.deepEqual(await kernel.run(plain("noop")), { status: "ok" }, "the next run");
    return outcomes;
  });

const outcomeOf = async (op: string, options: SubprocessOptions = {}): Promise<string> =>
  (await outcomesOf([op], options))[0] ?? "";

/** An outcome as a sentence: how it ended, and what the adapter did. */
const shown = (outcome: Outcome): string =>
  outcome.status === "ok" ? "ok" : `${outcome.status}: ${outcome.message.replace(/^adapter: /, "")}`;

test("run(picture) fills the picture in place with what the adapter wrote", () =>
  withAdapter([], {}, async (kernel) => {
    const picture = plain("filled");
    const wanted = picture.bytes.slice().fill(7, picture.bytes.length - 4);
    assert.deepEqual(await kernel.run(picture), { status: "ok" });
    assert.deepEqual(picture.bytes, wanted);
  }));

test("run(picture) called twice at once runs one after the other, in order", () =>
  withAdapter([], {}, async (kernel) => {
    const outcomes = await Promise.all([kernel.run(plain("noop")), kernel.run(plain("refuses"))]);
    assert.deepEqual(
      outcomes.map(({ status }) => status),
      ["ok", "unsupported"],
    );
  }));

test("a command is also a line for the shell", async () => {
  const quoted = misbehaving("number").map((word) => `'${word}'`);
  const kernel = await subprocess(`cd / && ${quoted.join(" ")}`);
  assert.equal(kernel.declaration.name, "misbehaving");
  await kernel.close?.();
  await gone([Number(kernel.declaration.version)]);
});

test("what the adapter says itself is the outcome, on one line", async () => {
  assert.deepEqual(await outcomesOf(["refuses", "fails", "refuses and says nothing"]), [
    "unsupported: rows past 4096",
    "error: kernel launch failed",
    "unsupported: says unsupported and not why",
  ]);
});

test("an adapter that hangs is a timeout, and what it started ends with it", () =>
  withAdapter(["child"], { timeoutSeconds: 0.3 }, async (kernel) => {
    const pids = (kernel.declaration.version ?? "").split(" ").map(Number);
    assert.equal(pids.filter(alive).length, 2);
    assert.equal(
      shown(await kernel.run(plain("hangs"))),
      "timeout: did not answer run 1 (hangs) within 0.3 s; expected one line of JSON with id 1",
    );
    await gone(pids);
  }));

test("a line without its end is named by the timeout", async () => {
  assert.equal(
    await outcomeOf("begins a line", { timeoutSeconds: 1 }),
    'timeout: did not answer run 1 (begins a line) within 1 s, but for "{\\"id\\":1,\\"status\\":\\"ok\\"}" without the end of a line; expected one line of JSON with id 1',
  );
});

test("an adapter that crashes or exits is a crash, with the signal or exit code and its last words", async () => {
  assert.deepEqual(await outcomesOf(["crashes", "exits"]), [
    'crash: was ended by signal SIGSEGV before it answered run 1 (crashes), with "heap corruption at 0x7f" last on standard error; expected one line of JSON with id 1',
    'crash: ended with exit code 5 before it answered run 2 (exits), with "out of memory" last on standard error; expected one line of JSON with id 2',
  ]);
});

// Whether the next run meets the end of the one before, or what it wrote too much, as it begins or a little later is
// a matter of chance: the words differ, the status does not.

test("an adapter that exits after its answer is a crash of the next run", async () => {
  const [first, next] = await outcomesOf(["answers and exits", "noop"]);
  assert.equal(first, "ok");
  assert.match(next ?? "", /^crash: ended with exit code 0 (after|before) it answered run \d/);
});

test("a second answer to one run is against the protocol, and the next run says so", async () => {
  const [first, next] = await outcomesOf(["twice", "noop"]);
  assert.equal(first, "ok");
  assert.match(
    next ?? "",
    /^protocol: (id is 1; expected 2, that of the run it was asked for|wrote "\{.*1.*\}" after it answered run 1 \(twice\); expected one answer to each request)$/,
  );
});

test("a line that is no JSON, or JSON that is no answer, is against the protocol", async () => {
  const ops = ["prints", "array", "another id", "no status", "number for a message"];
  assert.deepEqual(await outcomesOf(ops), [
    'protocol: answer "{no JSON}" is not valid JSON; expected a JSON object on one line',
    "protocol: id is missing; expected 2, that of the run it was asked for",
    "protocol: id is 4; expected 3, that of the run it was asked for",
    "protocol: status is missing; expected ok, unsupported or error",
    "protocol: message is a number; expected a string",
  ]);
});

test("lines that do not begin like an object are shown and not minded, up to 100 before an answer", async () => {
  const heard: string[] = [];
  const options: SubprocessOptions = { heard: (line, stream) => heard.push(`${stream}: ${line}`) };
  assert.deepEqual(await outcomesOf(["chats", "babbles"], options), [
    "ok",
    'protocol: wrote 101 lines that are no JSON, the last "step 100", in place of an answer; expected 100 such lines at most',
  ]);
  assert.deepEqual([heard[0], heard[19], heard.length], ["stdout: step 0", "stdout: step 19", 121]);
});

test("a line that never ends is against the protocol after a million characters", async () => {
  assert.equal(
    await outcomeOf("endless"),
    "protocol: wrote 1048576 characters without the end of a line; expected answers on one line",
  );
});

test("a file that is missing, short, long, no file, or of another header is against the protocol", async () => {
  const size = plain("short").bytes.length;
  assert.equal(plain("long").bytes.length, size);
  const ops = ["writes nothing", "removes the folder", "folder", "short", "long", "header"];
  assert.deepEqual(await outcomesOf(ops), [
    "protocol: wrote no file; expected the picture at the path `out`",
    "protocol: wrote no file; expected the picture at the path `out`",
    "protocol: wrote what is not a regular file; expected the picture at the path `out`",
    `protocol: wrote a file of ${size - 1} bytes; expected ${size}, as many as it was given`,
    `protocol: wrote a file of ${size + 1} bytes; expected ${size}, as many as it was given`,
    "protocol: changed byte 9 of the header from 34 to 32; expected the header as it was given",
  ]);
});

/** The outcome of a start that fails. */
async function refusal(
  command: string | readonly string[],
  options: SubprocessOptions = {},
): Promise<string> {
  const error = await subprocess(command, options).then(
    () => assert.fail("it started"),
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof AdapterError, `an AdapterError, not ${error}`);
  assert.equal(error.message, error.outcome.message);
  return shown(error.outcome);
}

test("subprocess(command) refuses what says no hello, or another", async () => {
  const start = { startSeconds: 0.4 };
  const hello = "expected its declaration, a JSON object on one line";
  assert.equal(
    await refusal(misbehaving("silent"), start),
    `timeout: did not answer hello within 0.4 s; ${hello}`,
  );
  assert.equal(
    await refusal("echo hello there; sleep 9", start),
    `timeout: did not answer hello within 0.4 s, but for "hello there", which is no JSON; ${hello}`,
  );
  assert.equal(
    await refusal(misbehaving("broken")),
    "protocol: declaration is not valid JSON; expected a JSON object",
  );
  assert.equal(await refusal(misbehaving("nameless")), "protocol: name is missing; expected a string");
  assert.equal(
    await refusal(misbehaving("unknown")),
    'protocol: accumulator is "f31"; expected one of f64, f32, f16, bf16, tc-fp32',
  );
});

test("subprocess(command) refuses what ends at once, or is not there", async () => {
  const hello = "expected its declaration, a JSON object on one line";
  assert.equal(
    await refusal(misbehaving("exits")),
    `crash: ended with exit code 3 before it answered hello; ${hello}`,
  );
  assert.equal(
    await refusal(["/nowhere/adapter"]),
    `crash: could not be started: there is no such file or folder; ${hello}`,
  );
  const inShell = await refusal("/nowhere/adapter");
  assert.match(
    inShell,
    /^crash: ended with exit code 127 before it answered hello, with ".*not found" last on standard error; /,
  );
  await assert.rejects(subprocess([]), {
    name: "RangeError",
    message: "program: command is empty; expected a program, with its words",
  });
});

test("a banner before the hello is shown and not minded", async () => {
  const heard: string[] = [];
  await withAdapter(["banner"], { heard: (line) => heard.push(line) }, async ({ declaration }) => {
    assert.deepEqual(declaration, { name: "misbehaving" });
  });
  assert.deepEqual(heard, ["library 1.2, 8 threads"]);
});

test("after three starts in a row that failed there is no other", () =>
  withAdapter(["once", join(folder, "once")], {}, async (kernel) => {
    assert.equal((await kernel.run(plain("exits"))).status, "crash");
    for (let i = 0; i < 3; i++) {
      assert.equal(
        shown(await kernel.run(plain("noop"))),
        "crash: ended with exit code 4 before it answered hello; expected its declaration, a JSON object on one line",
      );
    }
    for (let i = 0; i < 2; i++) {
      assert.equal(
        shown(await kernel.run(plain("noop"))),
        "crash: failed to start 3 times in a row and is not started again; expected a hello",
      );
    }
  }));

test("an adapter that declares something else when it is started again is against the protocol", () =>
  withAdapter(["changing", join(folder, "changing")], {}, async (kernel) => {
    assert.equal((await kernel.run(plain("exits"))).status, "crash");
    assert.equal(
      shown(await kernel.run(plain("noop"))),
      'protocol: declares {"name":"misbehaving","structure":"any"} when it is started again; expected {"name":"misbehaving","structure":"fma"}, as at first',
    );
  }));

test("close() ends the adapter and removes the files; a run after it is refused", async () => {
  const before = process.env["TMPDIR"];
  process.env["TMPDIR"] = mkdtempSync(join(folder, "closed-"));
  try {
    const kernel = await subprocess(misbehaving("child"));
    assert.equal((await kernel.run(plain("noop"))).status, "ok");
    assert.equal(readdirSync(process.env["TMPDIR"]).length, 1);
    await kernel.close?.();
    assert.deepEqual(readdirSync(process.env["TMPDIR"]), []);
    await gone((kernel.declaration.version ?? "").split(" ").map(Number));
    assert.equal(
      shown(await kernel.run(plain("noop"))),
      "protocol: was closed; expected runs before that only",
    );
  } finally {
    if (before === undefined) delete process.env["TMPDIR"];
    else process.env["TMPDIR"] = before;
  }
});

// The host listens to SIGTERM, and leaves SIGINT to us.
for (const [signal, end] of [
  ["SIGINT", [null, "SIGINT"]],
  ["SIGTERM", [7, null]],
] as const) {
  test(`a host that ends by ${signal} in a run leaves neither processes nor files`, async () => {
    const TMPDIR = mkdtempSync(join(folder, "interrupted-"));
    const words = ["--import", "tsx", script("interrupted-host.ts"), ...misbehaving("child")];
    const host = spawn(process.execPath, words, {
      env: { ...process.env, TMPDIR },
      stdio: ["ignore", "pipe", "inherit"],
    });
    const pids = await new Promise<readonly number[]>((resolve) => {
      host.stdout.once("data", (line: Buffer) => resolve(String(line).trim().split(" ").map(Number)));
    });
    const files = (): readonly string[] => readdirSync(TMPDIR).filter((name) => name.startsWith("relukit-"));
    assert.equal(files().length, 1);
    assert.equal(pids.filter(alive).length, 2);
    host.kill(signal);
    const ended = await new Promise((resolve) => host.once("exit", (code, by) => resolve([code, by])));
    assert.deepEqual(ended, end);
    assert.deepEqual(files(), []);
    await gone(pids);
  });
}

test("subprocess(command, { timeoutSeconds }) refuses seconds that no timer can wait", () =>
  assert.rejects(subprocess(misbehaving(), { timeoutSeconds: 0 }), {
    name: "RangeError",
    message: "subprocess: timeoutSeconds is 0; expected seconds above 0, a million at most",
  }));
