import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { loadSuite, sha256, writeSuite } from "../../../reference/oracle/suite.node.ts";
import { made } from "./suite-cases.ts";

/** A folder that is gone when the body is through. */
async function inFolder(body: (folder: string) => Promise<void> | void): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "relukit-suite-"));
  try {
    await body(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

test("sha256(bytes) is that of the standard's example", () => {
  assert.equal(
    sha256(new TextEncoder().encode("abc")),
    "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
  );
});

test("writeSuite(folder, files) writes what loadSuite(folder) reads, into folders that are not there yet", () =>
  inFolder(async (folder) => {
    const suite = join(folder, "one/two");
    const files = await made();
    writeSuite(suite, files);
    for (const { name, bytes } of files)
      assert.deepEqual(new Uint8Array(readFileSync(join(suite, name))), bytes);
    assert.equal((await loadSuite(suite)).name, "small");
    assert.deepEqual(readdirSync(join(folder, "one")), ["two"]);
  }));

const hasSums = spawnSync("sha256sum", ["--version"]).status === 0;
test(
  "sha256sum -c SHA256SUMS finds every file of a suite as it was written",
  {
    skip: !hasSums && "there is no sha256sum here",
  },
  () =>
    inFolder(async (folder) => {
      const files = await made();
      writeSuite(join(folder, "suite"), files);
      const { status, stdout } = spawnSync("sha256sum", ["-c", "--strict", "SHA256SUMS"], {
        cwd: join(folder, "suite"),
        encoding: "utf8",
      });
      assert.equal(status, 0, stdout);
      assert.equal(stdout.match(/: OK$/gm)?.length, files.length - 1);
    }),
);

test("writeSuite(folder, files) takes the place of an older suite, with files of which none is left", () =>
  inFolder(async (folder) => {
    const suite = join(folder, "suite");
    const files = await made();
    mkdirSync(suite); // empty
    writeSuite(suite, files);
    const fewer = await made([]);
    writeSuite(suite, fewer);
    assert.deepEqual(readdirSync(suite).sort(), ["SHA256SUMS", "manifest.json"]);
    assert.deepEqual((await loadSuite(suite)).cases, []);
    assert.deepEqual(readdirSync(folder), ["suite"]);
  }));

test("writeSuite(folder, files) refuses a folder that holds anything else, and leaves it as it was", () =>
  inFolder(async (folder) => {
    const files = await made();
    const expected = "expected an empty folder, or one with a suite and nothing else";
    const refused = (path: string, found: string): void => {
      const before = readdirSync(folder, { recursive: true });
      assert.throws(() => writeSuite(path, files), {
        name: "FormatError",
        message: `${path}: ${found}; ${expected}`,
      });
      assert.deepEqual(readdirSync(folder, { recursive: true }), before);
    };
    const notes = join(folder, "notes");
    mkdirSync(notes);
    writeFileSync(join(notes, "notes.txt"), "mine");
    refused(notes, 'holds "notes.txt"');

    const mixed = join(folder, "mixed");
    writeSuite(mixed, files);
    writeFileSync(join(mixed, "inputs/notes.txt"), "mine");
    refused(mixed, 'holds "inputs/notes.txt"');

    const inputs = join(folder, "other");
    mkdirSync(join(inputs, "inputs"), { recursive: true });
    writeFileSync(join(inputs, "inputs/weights.safetensors"), "mine");
    refused(inputs, "has no manifest.json");

    const file = join(folder, "file");
    writeFileSync(file, "mine");
    assert.throws(() => writeSuite(file, files), {
      name: "FormatError",
      message: `${file}: cannot be read: a part of its path is not a folder`,
    });
    assert.equal(readFileSync(file, "utf8"), "mine");
  }));

test("writeSuite(folder, files) that fails half way leaves the older suite, and nothing beside it", () =>
  inFolder(async (folder) => {
    const suite = join(folder, "suite");
    const files = await made();
    writeSuite(suite, files);
    const unwritable = { name: `truths/${"long".repeat(99)}.safetensors`, bytes: new Uint8Array(1) };
    assert.throws(() => writeSuite(suite, [...files, unwritable]), {
      name: "FormatError",
      message: /: cannot be written: its name is too long$/,
    });
    assert.deepEqual(readdirSync(folder), ["suite"]);
    assert.equal((await loadSuite(suite)).name, "small");
  }));

test("loadSuite(folder) of a folder that is not there says what is missing", () =>
  inFolder(async (folder) => {
    const nowhere = join(folder, "nowhere");
    await assert.rejects(loadSuite(nowhere), {
      name: "FormatError",
      message: `${nowhere}/SHA256SUMS: is missing; expected a file, in every suite`,
    });
  }));
