import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import type { Outcome } from "../../../reference/oracle/kernel.ts";
import { type OneShotOptions, oneShot } from "../../../reference/oracle/one-shot.node.ts";
import { plain } from "./pictures.ts";

const script = fileURLToPath(new URL("adapters/one-shot.mjs", import.meta.url));
const declaration = { name: "one shot" };

/** How a run of the program ends that does this. */
async function outcomeOf(what: string, options: OneShotOptions = {}): Promise<Outcome> {
  const kernel = oneShot([process.execPath, script, what], declaration, options);
  try {
    return await kernel.run(plain("linear"));
  } finally {
    await kernel.close?.();
  }
}

test("oneShot(command, declaration) gives the names of two files, and takes the second back", async () => {
  assert.deepEqual(await outcomeOf("copies"), { status: "ok" });
  assert.deepEqual(await outcomeOf("writes nothing"), {
    status: "protocol",
    message: "adapter: wrote no file; expected the picture at the path `out`",
  });
});

test("a line for the shell gets names that the shell does not change", async () => {
  const before = process.env["TMPDIR"];
  const folder = mkdtempSync(join(tmpdir(), "relukit-o'clock $HOME-"));
  process.env["TMPDIR"] = folder;
  try {
    const kernel = oneShot(`'${process.execPath}' '${script}' copies`, declaration);
    assert.deepEqual(await kernel.run(plain("linear")), { status: "ok" });
    assert.equal(readdirSync(folder).length, 1);
    await kernel.close?.();
    assert.deepEqual(readdirSync(folder), []);
  } finally {
    rmSync(folder, { recursive: true });
    if (before === undefined) delete process.env["TMPDIR"];
    else process.env["TMPDIR"] = before;
  }
});

test("exit code 77 is unsupported, another an error; the message is the last line of standard error", async () => {
  assert.deepEqual(await outcomeOf("refuses"), { status: "unsupported", message: "adapter: rows past 4096" });
  assert.deepEqual(await outcomeOf("fails"), { status: "error", message: "adapter: failed" });
  assert.deepEqual(await outcomeOf("fails and says nothing"), {
    status: "error",
    message: "adapter: ended with exit code 2 and no word; expected exit code 0 and the picture",
  });
});

test("a signal is a crash, and so is a program that is not there; what hangs is a timeout", async () => {
  assert.deepEqual(await outcomeOf("crashes"), {
    status: "crash",
    message: "adapter: was ended by signal SIGABRT; expected exit code 0 and the picture",
  });
  assert.deepEqual(await outcomeOf("hangs", { timeoutSeconds: 0.3 }), {
    status: "timeout",
    message: "adapter: did not end within 0.3 s; expected exit code 0 and the picture",
  });
  const kernel = oneShot(["/nowhere/adapter"], declaration);
  assert.deepEqual(await kernel.run(plain("linear")), {
    status: "crash",
    message:
      "adapter: could not be started: there is no such file or folder; expected exit code 0 and the picture",
  });
  await kernel.close?.();
});
