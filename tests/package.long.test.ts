// The package as its users get it: packed, installed into an empty folder, imported and run, in Node and in a browser.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath, pathToFileURL } from "node:url";
import { build } from "esbuild";
import { chromium } from "playwright-core";
import { findChromium } from "../lessons/notebook/pdf.node.ts";

const root = fileURLToPath(new URL("..", import.meta.url));

test("npm pack gives a package that installs into an empty folder, imports with types' names and runs", () => {
  const folder = mkdtempSync(join(tmpdir(), "relukit-package-"));
  try {
    const npm = (...words: readonly string[]) =>
      execFileSync("npm", words, { cwd: folder, encoding: "utf8", stdio: "pipe" });
    npm("pack", root, "--silent");
    const tarball = readdirSync(folder).find((name) => name.endsWith(".tgz"));
    assert.ok(tarball);
    assert.ok(statSync(join(folder, tarball)).size <= 20 * 1024 * 1024, "the tarball is at most 20 MB");
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

/** A program for Node and for a page: all three entry points, and what they come to in one line. */
const everywhere = `import { matrix, reference } from "relukit";
import { kernels } from "relukit/kernels";
import { check, coreCases, functionKernel } from "relukit/oracle";

export async function outcome() {
  const fast = await kernels({ mebibytes: 32 });
  const x = matrix(3, 64, (t, i) => ((t * 7 + i * 3) % 5) - 2);
  const w = matrix(64, 32, (i, o) => (i * 5 + o) % 3);
  const products = [reference, fast].map(({ linear }) => [...linear(x, w).data]);
  fast.close();
  return { same: String(products[0]) === String(products[1]), products, oracle: [check, coreCases, functionKernel].map((f) => typeof f) };
}
`;

const browser = findChromium();
test("the installed package runs through a bundler in a browser, and comes to what it comes to in Node", {
  skip: browser === undefined && "no Chromium on this machine: apt-get install chromium",
}, async () => {
  const folder = mkdtempSync(join(tmpdir(), "relukit-bundled-"));
  try {
    const npm = (...words: readonly string[]) =>
      execFileSync("npm", words, { cwd: folder, encoding: "utf8", stdio: "pipe" });
    npm("pack", root, "--silent");
    const tarball = readdirSync(folder).find((name) => name.endsWith(".tgz")) ?? "";
    writeFileSync(join(folder, "package.json"), '{ "type": "module" }');
    npm("install", tarball, "--omit=dev");
    writeFileSync(join(folder, "use.js"), everywhere);
    const { outcome } = (await import(pathToFileURL(join(folder, "use.js")).href)) as {
      outcome: () => Promise<unknown>;
    };
    const onNode = (await outcome()) as { readonly same: boolean };
    assert.equal(onNode.same, true);
    const options = { bundle: true, format: "iife", globalName: "used", platform: "browser" } as const;
    const entry = join(folder, "use.js");
    const made = await build({
      ...options,
      entryPoints: [entry],
      write: false,
      logLevel: "silent",
      target: "es2022",
    });
    const opened = await chromium.launch({ executablePath: browser ?? "", args: ["--no-sandbox"] });
    try {
      const page = await opened.newPage();
      const complaints: string[] = [];
      page.on("pageerror", (error) => complaints.push(error.message));
      await page.addScriptTag({ content: made.outputFiles[0]?.text ?? "" });
      assert.deepEqual(await page.evaluate("used.outcome()"), onNode);
      assert.deepEqual(complaints, []);
    } finally {
      await opened.close();
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
});
