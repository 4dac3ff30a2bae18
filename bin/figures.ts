// relukit figures: every figure of the paper, as this kit's own models draw it, with its text alternative.
import type { Command } from "commander";
import { type Terminal, WrongUse } from "./terminal.ts";

interface Options {
  readonly out?: string;
  readonly list?: boolean;
  readonly json?: boolean;
}

export function addFigures(program: Command, terminal: Terminal): void {
  program
    .command("figures")
    .argument("[id...]", "which ones, such as 7a; without, all of them")
    .description("Draws the figures of the paper from this kit's own measurements, with text alternatives.")
    .option(
      "-o, --out <dir>",
      "where the SVG files go, with a page of all when all are drawn; without, the text alternatives are printed",
    )
    .option("--list", "the figures, and what each is drawn from")
    .option("--json", "prints one JSON document")
    .addHelpText("after", examples)
    .action((ids: readonly string[], options: Options) => run(ids, options, terminal));
}

const examples = `
Examples:
  relukit figures --list
  relukit figures --out drawn/
  relukit figures 7a 7b --out drawn/
`;

async function run(ids: readonly string[], options: Options, terminal: Terminal): Promise<void> {
  const { join } = await import("node:path");
  const { existsSync } = await import("node:fs");
  const { root } = await import("./root.ts");
  if (!existsSync(join(root, "fixtures/results")))
    throw new WrongUse(
      "figures are drawn in a checkout of the repository; the package has neither the results nor the library that draws",
    );
  const { figures } = await import("./figures/index.ts");
  const { makeFolder, writeFile } = await import("../reference/formats/file.node.ts");
  const { standalone } = await import("./figures/standalone.ts");
  const unknown = ids.filter((id) => !figures.some((figure) => figure.id === id));
  if (unknown.length > 0) {
    const known = figures.map(({ id }) => id).join(", ");
    throw new WrongUse(
      `${unknown.map((id) => id || "an empty id").join(", ")}: no such figure; expected some of ${known}`,
    );
  }
  const wanted = figures.filter(({ id }) => ids.length === 0 || ids.includes(id));
  const { list, json, out } = options;
  if (list) {
    const rows = wanted.map(({ id, title, source }) => ({ id, title, source }));
    if (json) terminal.out(`${JSON.stringify(rows, null, 2)}\n`);
    else for (const row of rows) terminal.out(`${row.id.padEnd(8)}${row.title} (${row.source})\n`);
    return;
  }
  if (out !== undefined) makeFolder(out);
  const drawn = wanted.map(({ id, title, source, draw }) => {
    const { figure, alt } = draw();
    const file = out === undefined ? undefined : join(out, `figure-${id}.svg`);
    if (file !== undefined)
      writeFile(file, [new TextEncoder().encode(standalone(figure.svg, `Figure ${id}. ${title}`, alt))]);
    return { id, title, source, alt, ...(file === undefined ? {} : { file }) };
  });
  if (out !== undefined && ids.length === 0)
    writeFile(join(out, "README.md"), [new TextEncoder().encode(gallery(drawn))]);
  if (json) terminal.out(`${JSON.stringify(drawn, null, 2)}\n`);
  else
    for (const { id, title, alt, file } of drawn)
      terminal.out(`Figure ${id}. ${title}\n${alt}\n${file === undefined ? "" : `${file}\n`}\n`);
}

interface Drawn {
  readonly id: string;
  readonly title: string;
  readonly source: string;
  readonly alt: string;
}

/** A Markdown page of all figures, with what each shows in words. */
const gallery = (drawn: readonly Drawn[]): string =>
  [
    "# The figures of the paper, drawn from this kit's models",
    "",
    "Made by `relukit figures --out docs/figures`. The models are small and their text is three children's books: what is to be",
    "compared with the paper is which way things go and why, not the numbers.",
    ...drawn.flatMap(({ id, title, source, alt }) => [
      "",
      `## Figure ${id}. ${title}`,
      "",
      `![${alt.replace(/[[\]]/g, "")}](figure-${id}.svg)`,
      "",
      alt,
      "",
      `From ${source.startsWith("relukit") ? `\`${source}\`` : source}.`,
    ]),
    "",
  ].join("\n");
