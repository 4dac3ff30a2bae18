import assert from "node:assert/strict";
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { attempt, openFile, writeFile } from "../../../reference/formats/file.node.ts";
import { refuses } from "./files.ts";

const folder = mkdtempSync(join(tmpdir(), "relukit-"));
test.after(() => rmSync(folder, { recursive: true }));
const at = (name: string): string => join(folder, name);

test("openFile(path) reads any range, and refuses one past the end", () => {
  writeFileSync(at("ten"), "0123456789");
  const file = openFile(at("ten"));
  assert.equal(file.size, 10);
  assert.equal(new TextDecoder().decode(file.read(3, 4)), "3456");
  refuses(
    () => file.read(8, 3),
    `${at("ten")}: bytes 8 to 11 were asked for; expected a range inside its 10 bytes`,
  );
  file.close();
});

test("openFile(path) says that there is no such file, or that it is a directory", () => {
  refuses(() => openFile(at("none")), `${at("none")}: cannot be opened: there is no such file or folder`);
  mkdirSync(at("folder"));
  refuses(() => openFile(at("folder")), `${at("folder")}: is a directory; expected a file`);
});

test("openFile(path).read says so when the file has become shorter since", () => {
  writeFileSync(at("shrinking"), "0123456789");
  const file = openFile(at("shrinking"));
  writeFileSync(at("shrinking"), "0123");
  refuses(
    () => file.read(0, 10),
    `${at("shrinking")}: ends at byte 4; expected 10 bytes, as it had when opened`,
  );
  file.close();
});

test("writeFile(path, chunks) writes the chunks in order, and leaves nothing else behind", () => {
  mkdirSync(at("out"));
  writeFile(at("out/a"), [Uint8Array.of(1, 2), new Uint8Array(), Uint8Array.of(3)]);
  assert.deepEqual([...readFileSync(at("out/a"))], [1, 2, 3]);
  assert.deepEqual(readdirSync(at("out")), ["a"]);
});

test("writeFile(path, chunks) leaves the old file as it was when the chunks fail half way", () => {
  mkdirSync(at("half"));
  writeFile(at("half/a"), [Uint8Array.of(7)]);
  const failing = function* (): Generator<Uint8Array> {
    yield Uint8Array.of(1, 2, 3);
    throw new RangeError("half way");
  };
  assert.throws(() => writeFile(at("half/a"), failing()), /half way/);
  assert.deepEqual([...readFileSync(at("half/a"))], [7]);
  assert.deepEqual(readdirSync(at("half")), ["a"]);
});

test("writeFile(path, chunks) says that the folder is missing", () => {
  refuses(
    () => writeFile(at("none/a"), []),
    `${at("none/a")}: cannot be written: there is no such file or folder`,
  );
});

test("attempt(path, what, act) has a sentence for a full disk, and for a code it does not know", () => {
  const failing = (code: string) => () => {
    throw Object.assign(new Error("system"), { code });
  };
  refuses(() => attempt("f", "be written", failing("ENOSPC")), "f: cannot be written: the disk is full");
  refuses(() => attempt("f", "be read", failing("EIO")), "f: cannot be read: the system says EIO");
  assert.throws(() => attempt("f", "be read", () => JSON.parse("{")), SyntaxError);
});

test("openFile(path) says that permission is denied", {
  skip: process.getuid?.() === 0 && "root may read all",
}, () => {
  writeFileSync(at("closed"), "");
  chmodSync(at("closed"), 0);
  refuses(() => openFile(at("closed")), `${at("closed")}: cannot be opened: permission is denied`);
});
