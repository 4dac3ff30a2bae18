// An adapter that does what the operator of a run, or a word on its command line for the hello, is the name of.
import { spawn } from "node:child_process";
import { appendFileSync, copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { createInterface } from "node:readline";

const [greeting = "plain", note] = process.argv.slice(2);
const forever = () => setInterval(() => {}, 1000);
const say = (value) => process.stdout.write(`${typeof value === "string" ? value : JSON.stringify(value)}\n`);
const plain = { name: "misbehaving", version: String(process.pid) };
const named = { name: "misbehaving" };
const lives = () => {
  appendFileSync(note, ".");
  return readFileSync(note, "utf8").length;
};

const hellos = {
  plain: () => say(named),
  number: () => say(plain),
  silent: forever,
  broken: () => say("{hello there}"),
  nameless: () => say({ version: "1" }),
  unknown: () => say({ ...named, accumulator: "f31" }),
  banner: () => say(`library 1.2, 8 threads\n\n${JSON.stringify(named)}`),
  exits: () => process.exit(3),
  once: () => (lives() === 1 ? say(named) : process.exit(4)), // starts once only
  changing: () => say({ ...named, structure: lives() === 1 ? "fma" : "any" }),
  child: () => {
    const child = spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"], { stdio: "inherit" });
    child.unref();
    say({ ...named, version: `${process.pid} ${child.pid}` });
  },
};

const ok = (id) => say({ id, status: "ok" });
const copied = (paths) => copyFileSync(paths.case, paths.out);
const changed = (change) => (id, paths) => {
  writeFileSync(paths.out, change(Buffer.from(readFileSync(paths.case))));
  ok(id);
};

const runs = {
  noop(id, paths) {
    copied(paths);
    ok(id);
  },
  filled: changed((bytes) => bytes.fill(7, bytes.length - 4)),
  hangs: forever,
  crashes() {
    process.stderr.write("first words\n50 %\r100 %\rheap corruption at 0x7f\r\n");
    process.kill(process.pid, "SIGSEGV");
    forever();
  },
  exits() {
    process.stderr.write("out of memory");
    process.exit(5);
  },
  prints: () => say("{no JSON}"),
  array: () => say("[1, 2]\n{}"),
  "another id": (id) => ok(id + 1),
  "no status": (id) => say({ id }),
  "number for a message": (id) => say({ id, status: "error", message: 5 }),
  endless() {
    const more = () => process.stdout.write("x".repeat(1 << 16), more);
    more();
  },
  chats: (id, paths) => {
    for (let i = 0; i < 20; i++) say(`step ${i}`);
    runs.noop(id, paths);
  },
  babbles: () => {
    for (let i = 0; i < 1000; i++) say(`step ${i}`);
  },
  "begins a line": (id) => process.stdout.write(JSON.stringify({ id, status: "ok" })),
  twice(id, paths) {
    runs.noop(id, paths);
    ok(id);
  },
  "answers and exits"(id, paths) {
    runs.noop(id, paths);
    process.exit(0);
  },
  "writes nothing": ok,
  short: changed((bytes) => bytes.subarray(0, bytes.length - 1)),
  long: changed((bytes) => Buffer.concat([bytes, Buffer.of(0)])),
  header: changed((bytes) => bytes.fill(0x20, 9, 10)),
  folder(id, paths) {
    mkdirSync(paths.out);
    ok(id);
  },
  "removes the folder"(id, paths) {
    rmSync(dirname(paths.case), { recursive: true });
    ok(id);
  },
  refuses: (id) => say({ id, status: "unsupported", message: "rows past 4096" }),
  "refuses and says nothing": (id) => say({ id, status: "unsupported" }),
  fails: (id) => say({ id, status: "error", message: "kernel launch\nfailed" }),
};

createInterface({ input: process.stdin }).on("line", (line) => {
  const { id, run } = JSON.parse(line);
  if (run) runs[run.op](id, run);
  else hellos[greeting]();
});
