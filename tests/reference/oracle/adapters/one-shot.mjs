// A program for one picture, `--case IN --out OUT`, that does what its first word is the name of.
import { copyFileSync } from "node:fs";

const [what, , given, , wanted] = process.argv.slice(2);
const ends = {
  copies: () => copyFileSync(given, wanted),
  "writes nothing": () => {},
  refuses: () => {
    process.stderr.write("rows past 4096\n");
    process.exitCode = 77;
  },
  fails: () => {
    process.stderr.write("kernel launch\nfailed\n");
    process.exitCode = 2;
  },
  "fails and says nothing": () => {
    process.exitCode = 2;
  },
  crashes: () => process.kill(process.pid, "SIGABRT"),
  hangs: () => setInterval(() => {}, 1000),
};
ends[what]();
