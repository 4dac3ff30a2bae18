// The package as its users get it: packed, installed into an empty folder, imported and run.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));

test("npm pack gives a package that installs into an empty folder, imports with types' names and runs", () => {
  const folder = mkdtempSync(join(tmpdir(), "relukit-package-"));
  try {
    const npm = (...words: readonly string[]) =>
      execFileSync("npm", words, { cwd: folder, encoding: "utf8", stdio: "pipe" });
    npm("pack", root, "--silent");
    const tarball = readdirSync(folder).find((name) => name.endsWith(".tgz"));
    assert.ok(tarball);
    writeFileSync(join(folder, "package.json"), '{ "type": "module" }');
    npm("install", tarball, "--omit=dev");
    writeFileSync(
      join(folder, "use.js"),
      `import { matrix, reference } from "relukit";
      import { kernels } from "relukit/kernels";
      const fast = await kernels({ threads: 2, mebibytes: 32 });
      for (const { linear } of [reference, fast]) // the second is shared out between two threads
        console.log(linear(matrix(1, 256, () => 1), matrix(256, 256, () => 3)).get(0, 255));
      fast.close();`,
    );
    assert.equal(execFileSync(process.execPath, ["use.js"], { cwd: folder, encoding: "utf8" }), "768\n768\n");
    assert.match(
      npm("exec", "--silent", "--", "relukit", "tour", "--tokens", "4"),
      /Every logit of both came out the same, bit for bit/,
    );
    writeFileSync(
      join(folder, "kernel.js"),
      `import { functionKernel } from "relukit/oracle";
      export const kernel = functionKernel({ name: "sum" }, {
        add({ inputs: { x, y }, outputs: { z } }) { for (let i = 0; i < z.length; i++) z[i] = x[i] + y[i]; },
      });`,
    );
    assert.match(
      npm("exec", "--silent", "--", "relukit", "oracle", "check", "--module", "kernel.js"),
      /^PASS {2}\d+ cases/m,
    );
    const theory = [
      "--theory",
      "--c",
      "0.02",
      "--gamma",
      "16",
      "--alpha",
      "0.8",
      "--unused",
      "0.25",
      "--json",
    ];
    const answer = npm("exec", "--silent", "--", "relukit", "speculate", ...theory);
    assert.equal(JSON.parse(answer).theorem1.toFixed(6), "1.233645");
    const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
    assert.equal(npm("exec", "--silent", "--", "relukit", "--version"), `${version}\n`);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
