// The lessons as a folder of Jupyter notebooks for Deno's kernel, with all that they import beside them: no network.
import { cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, dirname, extname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { emptyFolder } from "./folder.node.ts";
import { notebook } from "./ipynb.ts";
import type { Lesson } from "./lesson.ts";
import type { Report } from "./problem.ts";
import { quote } from "./quote.ts";
import { chosen, lessonIds, readGolden, readLesson } from "./shelf.node.ts";
import { sources } from "./sources.node.ts";
import { statements } from "./statements.ts";

export interface Written {
  readonly out: string;
  /** names of the notebooks in `out`, in the order of the lessons */
  readonly notebooks: readonly string[];
  readonly seconds: number;
}

/**
 * Writes `l00-tensors.ipynb` … to the folder `out`, which is emptied when it holds earlier notebooks; beside them the
 * sources that they import under relukit/, and deno.json, by which Deno's kernel finds them.
 *
 * @param solutions  the stubs' place: the learner's edition when false
 * @param ids        some of the lessons, whole or as l00; all of them when left out
 * @throws {LessonError} with the file and line of what cannot be read
 * @throws {RangeError} when `out` holds something else
 */
export async function writeNotebooks(
  root: string,
  out: string,
  {
    solutions,
    ids,
    report = () => {},
  }: { readonly solutions: boolean; readonly ids?: readonly string[]; readonly report?: Report },
): Promise<Written> {
  const started = performance.now();
  emptyFolder(out, ".relukit-notebooks", "lessons export");
  const lessons = chosen(lessonIds(root), ids).map((id) => readLesson(root, id));
  const edition = {
    solutions,
    lessons: lessons.map(({ front }) => front.id),
    quote: (path: string, name: string) => quote(path, readFileSync(join(sources, path), "utf8"), name),
  };
  const notebooks = lessons.map((lesson) => {
    const { id } = lesson.front;
    const golden = readGolden(root, id);
    if (golden === undefined)
      report({ level: "warning", text: `${id}: no outputs yet; lessons run --update makes them` });
    const made = notebook(lesson, golden?.cells ?? {}, edition);
    writeFileSync(join(out, `${id}.ipynb`), `${JSON.stringify(made, null, 1)}\n`);
    return `${id}.ipynb`;
  });
  const files = await reached(imported(lessons));
  const packages = await writePackages(out);
  for (const path of new Set([...files, ...readable()])) copy(path, out);
  const modules = files.filter(isRaw).map((path) => writeModule(path, out));
  const imports = { ...Object.fromEntries(modules), ...packages, "relukit/": "./relukit/" };
  writeFileSync(join(out, "deno.json"), `${JSON.stringify({ lock: false, imports }, null, 2)}\n`);
  writeFileSync(join(out, "README.md"), readme(solutions));
  const seconds = (performance.now() - started) / 1000;
  report({ level: "info", text: `${notebooks.length} notebooks in ${out}, ${seconds.toFixed(2)} s` });
  return { out, notebooks, seconds };
}

const runtime = "lessons/notebook/notebook-runtime.ts";

/** What the lessons import of relukit, as paths. */
function imported(lessons: readonly Lesson[]): string[] {
  const paths = lessons
    .flatMap(({ cells }) => cells.filter(({ kind }) => kind !== "static" && kind !== "quote"))
    .flatMap(({ text }) => statements(text))
    .filter(({ kind, text }) => kind === "import" && !/^import\s+type\b/.test(text))
    .flatMap(({ text }) => /"relukit\/([^"]+)"/.exec(text)?.[1] ?? []);
  return [...new Set([runtime, ...paths])].sort();
}

const packageNames = ["@observablehq/plot", "linkedom", "ndarray", "ndarray-ops"] as const;
/** Data that a cell imports as bytes or as text; JSON needs no module. */
const isRaw = (path: string): boolean => [".bin", ".safetensors", ".txt"].includes(extname(path));

/** The files of the checkout that `paths` read, through any number of imports. */
async function reached(paths: readonly string[]): Promise<string[]> {
  const { build } = await import("esbuild");
  const made = await build({
    stdin: { contents: paths.map((path) => `import "./${path}";`).join("\n"), resolveDir: sources },
    ...{ bundle: true, write: false, metafile: true, format: "esm", platform: "browser", target: "esnext" },
    ...{ external: [...packageNames], outdir: "out", absWorkingDir: sources, logLevel: "silent" },
    ...{ loader: { ".bin": "empty", ".safetensors": "empty", ".txt": "empty" }, ignoreAnnotations: true },
  });
  const inputs = Object.keys(made.metafile.inputs).filter((path) => path !== "<stdin>");
  return inputs.map((path) => relative(sources, resolve(sources, path))).sort();
}

/** What a reader may open beside the notebooks: all of the reference and of the kernels that needs no Node. */
function readable(): string[] {
  const all = ["reference", "kernels/ops", "kernels/build", "kernels/threads"].flatMap((folder) =>
    readdirSync(join(sources, folder), { recursive: true, encoding: "utf8" }).map(
      (path) => `${folder}/${path}`,
    ),
  );
  const top = readdirSync(join(sources, "kernels")).map((name) => `kernels/${name}`);
  return [...all, ...top]
    .filter((path) => /\.(?:ts|js)$/.test(path) && !/\.node\.(?:ts|js)$/.test(path))
    .sort();
}

function copy(path: string, out: string): void {
  const to = join(out, "relukit", path);
  mkdirSync(dirname(to), { recursive: true });
  cpSync(join(sources, path), to);
}

/** A module beside a data file that gives its bytes or its text: its import, and where the import goes. */
function writeModule(path: string, out: string): [string, string] {
  const read = extname(path) === ".txt" ? "readTextFileSync" : "readFileSync";
  const text = `export default Deno.${read}(new URL("./${basename(path)}", import.meta.url));\n`;
  writeFileSync(join(out, "relukit", `${path}.js`), text);
  return [`relukit/${path}`, `./relukit/${path}.js`];
}

/** The packages, each as one file, and the import map's lines for them. */
async function writePackages(out: string): Promise<Readonly<Record<string, string>>> {
  const { build } = await import("esbuild");
  const fileOf = (name: string): string => name.replace(/\W+/g, "-").replace(/^-/, "");
  await build({
    entryPoints: packageNames.map((name) => ({
      in: fileURLToPath(import.meta.resolve(name)),
      out: fileOf(name),
    })),
    ...{ bundle: true, splitting: true, minify: true, format: "esm", platform: "browser", target: "es2022" },
    ...{ outdir: join(out, "relukit/packages"), external: ["canvas"], logLevel: "silent" },
    ...{ legalComments: "eof", absWorkingDir: sources },
  });
  return Object.fromEntries(packageNames.map((name) => [name, `./relukit/packages/${fileOf(name)}.js`]));
}

const readme = (solutions: boolean): string => `# relukit's lessons as notebooks

${solutions ? "The edition with solutions." : "The learner's edition: exercises have stubs, hints, and a solution that opens."} Everything that the cells import lies in this
folder; once Deno and Jupyter are there, nothing needs the network.

\`\`\`sh
deno jupyter --install   # once: tells Jupyter about Deno's kernel
jupyter lab              # in this folder; then open l00-tensors.ipynb
\`\`\`

Run a notebook from its first cell on. A check prints ✓ or ✗ with its sentence. Deno's kernel does not check types: where a
lesson shows what the compiler refuses, the notebook has the compiler's words as text.
`;
