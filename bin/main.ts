// The command itself: the process's words, streams and exit code.
import { relukit } from "./program.ts";

// A reader that stops reading, such as head, ends the command quietly.
process.stdout.on("error", (error: NodeJS.ErrnoException) => process.exit(error.code === "EPIPE" ? 0 : 2));

process.exitCode = await relukit(process.argv.slice(2), {
  out: (text) => process.stdout.write(text),
  err: (text) => process.stderr.write(text),
  live: process.stderr.isTTY,
});
