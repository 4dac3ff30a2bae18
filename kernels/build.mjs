// Compiles kernels/assembly to WebAssembly, twice: over a memory of its own, and over one that threads share.
// Each becomes a module that holds the bytes, so that Node, a bundler and a page from disk load it in one way.
import { mkdirSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import asc from "assemblyscript/asc";

const here = fileURLToPath(new URL(".", import.meta.url));
const pages = 65536; // 4 GiB, the most that a memory may be asked for; none is touched before it is used

const common = ["-O3", "--noAssert", "--runtime", "stub", "--importMemory", "--enable", "simd"];
const builds = {
  alone: ["--maximumMemory", `${pages}`],
  shared: ["--enable", "threads", "--sharedMemory", "--maximumMemory", `${pages}`],
};

mkdirSync(`${here}build`, { recursive: true });
for (const [name, flags] of Object.entries(builds)) {
  const files = new Map();
  const { error, stderr } = await asc.main(
    ["assembly/index.ts", "--baseDir", here, "--outFile", "out.wasm", ...common, ...flags],
    { writeFile: (path, contents) => files.set(path, contents) },
  );
  if (error) {
    process.stderr.write(`${stderr.toString()}\n${error.message}\n`);
    process.exit(1);
  }
  const wasm = Buffer.from(files.get("out.wasm"));
  const text = `/** The kernels, ${name}: ${wasm.length} bytes of WebAssembly in base64. */\nexport const wasm =\n  "${wasm.toString("base64")}";\n`;
  writeFileSync(`${here}build/${name}.js`, text);
  writeFileSync(`${here}build/${name}.d.ts`, "export declare const wasm: string;\n");
}
