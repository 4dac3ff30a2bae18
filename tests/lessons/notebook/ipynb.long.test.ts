// Every cell of the solutions' notebooks, run for real: in Deno alone, and through Jupyter where Python has nbclient.
import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { writeNotebooks } from "../../../lessons/notebook/notebooks.node.ts";
import { fresh, readGolden, readLesson } from "../../../lessons/notebook/shelf.node.ts";
import { sources } from "../../../lessons/notebook/sources.node.ts";
import { scratch } from "./sample.ts";

const deno = join(sources, "tests/engines/node_modules/.bin/deno");
/** A Python whose nbclient and nbformat can run notebooks: RELUKIT_PYTHON, or the one on the path. */
const python = process.env["RELUKIT_PYTHON"] ?? "python3";
const noDeno = existsSync(deno) ? false : "deno is not in tests/engines; npm run engines fetches it";
const hasPython = spawnSync(python, ["-c", "import nbclient, nbformat"]).status === 0;
const noJupyter =
  noDeno ||
  (hasPython
    ? false
    : `${python} has no nbclient and nbformat; pip install nbclient nbformat, or RELUKIT_PYTHON`);

const PATIENCE = 600_000; // milliseconds; a minute is enough, on two cores that are not busy
const written = noDeno
  ? undefined
  : writeNotebooks(sources, join(scratch(), "notebooks"), { solutions: true });

interface Ended {
  readonly code: number | null;
  readonly out: string;
}

async function ran(program: string, args: readonly string[], cwd: string, env = {}): Promise<Ended> {
  const child = spawn(program, args, { cwd, env: { ...process.env, ...env }, timeout: PATIENCE });
  const parts: Buffer[] = [];
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (part: Buffer) => parts.push(part));
  const code = await new Promise<number | null>((resolve, reject) =>
    child.on("close", resolve).on("error", reject),
  );
  return { code, out: Buffer.concat(parts).toString() };
}

test("every solved notebook runs in Deno with no network, and every check holds", {
  skip: noDeno,
}, async () => {
  const { out, notebooks } = (await written) ?? { out: "", notebooks: [] };
  for (const name of notebooks) {
    const { cells } = JSON.parse(readFileSync(join(out, name), "utf8")) as {
      readonly cells: readonly { readonly cell_type: string; readonly source: readonly string[] }[];
    };
    const code = cells.filter((one) => one.cell_type === "code").map(({ source }) => source.join(""));
    const verdict = 'if (relukit.failures().length > 0) throw new Error(relukit.failures().join("\\n"));\n';
    writeFileSync(join(out, `${name}.ts`), [...code, verdict].join(";\n"));
    const cache = { DENO_DIR: join(out, ".deno") };
    const flags = ["run", "--no-remote", "--no-npm", "--allow-read", "--no-check", "--no-prompt"];
    const ended = await ran(deno, [...flags, `${name}.ts`], out, cache);
    assert.equal(ended.code, 0, `${name}: ${ended.out.slice(-2000)}`);
  }
});

// Deno 2.9's kernel, when the machine is busy, now and then sends an output after it has said that the cell is done, and
// nbclient then drops it: so a notebook whose outputs are not all there is run again, up to three times.
const runner = `
import json, os, sys, nbclient, nbformat
folder, names = sys.argv[1], sys.argv[2:]
fresh = os.environ["FRESH"].split(",")  # goldens older than their lesson say nothing of what it shows

def complaints(name):
    book = nbformat.read(os.path.join(folder, name), as_version=4)
    nbformat.validate(book)
    baked = {cell.id: json.loads(json.dumps(cell.outputs)) for cell in book.cells if cell.cell_type == "code"}
    place = {"metadata": {"path": folder}}
    nbclient.NotebookClient(book, timeout=300, kernel_name="deno", resources=place).execute()
    nbformat.validate(book)
    for cell in book.cells:
        if cell.cell_type != "code": continue
        text = "".join(one.text for one in cell.outputs if one.output_type == "stream")
        if "\\u2717" in text: yield f"{name}: {cell.id}: {text}"
        tags = cell.metadata.get("tags", [])
        if ("check" in tags or "spec" in tags) and "\\u2713" not in text: yield f"{name}: {cell.id} says nothing"
        new = [one.data for one in cell.outputs if one.output_type == "display_data"]
        old = [one["data"] for one in baked[cell.id] if one["output_type"] == "display_data"]
        if name in fresh and new != old and "performance.now" not in cell.source:
            yield f"{name}: {cell.id} shows {new}"[:2000]

for name in names:
    for attempt in range(3):
        found = list(complaints(name))
        if not found: break
        print("again:", found)
    else: sys.exit("\\n".join(found))
print("ran", len(names))
`;

/** All of them with RELUKIT_NOTEBOOKS=all; the others take a minute more, and run in Deno above. */
const throughJupyter = process.env["RELUKIT_NOTEBOOKS"] === "all" ? /./ : /^l(?:0[0-4]|12)/;

test("solved notebooks run through Jupyter and show what the goldens say", {
  skip: noJupyter,
}, async () => {
  const { out, notebooks: all } = (await written) ?? { out: "", notebooks: [] };
  const notebooks = all.filter((name) => throughJupyter.test(name));
  const kernel = join(out, ".jupyter/kernels/deno");
  mkdirSync(kernel, { recursive: true });
  const argv = [deno, "jupyter", "--kernel", "--conn", "{connection_file}"];
  writeFileSync(
    join(kernel, "kernel.json"),
    JSON.stringify({ argv, display_name: "Deno", language: "typescript" }),
  );
  const current = notebooks.filter((name) => {
    const id = name.replace(".ipynb", "");
    return fresh(readLesson(sources, id), readGolden(sources, id));
  });
  const env = {
    ...{ JUPYTER_PATH: join(out, ".jupyter"), DENO_DIR: join(out, ".deno") },
    FRESH: current.join(","),
  };
  const ended = await ran(python, ["-c", runner, out, ...notebooks], out, env);
  assert.equal(ended.code, 0, ended.out.slice(-3000));
  assert.match(ended.out, new RegExp(`^ran ${notebooks.length}$`, "m"));
});
