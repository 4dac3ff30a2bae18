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
    .option("-o, --out <dir>", "where the SVG files go; without, the text alternatives alone are printed")
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
  const { figures } = await import("./figures/index.ts");
  const { join } = await import("node:path");
  const { makeFolder, writeFile } = await import("../reference/formats/file.node.ts");
  const { standalone } = await import("./figures/standalone.ts");
  const unknown = ids.filter((id) => !figures.some((figure) => figure.id === id));
  if (unknown.length > 0) {
    const known = figures.map(({ id }) => id).join(", ");
    throw new WrongUse(`${unknown.join(", ")}: no such figure; expected some of ${known}`);
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
  if (json) terminal.out(`${JSON.stringify(drawn, null, 2)}\n`);
  else
    for (const { id, title, alt, file } of drawn)
      terminal.out(`Figure ${id}. ${title}\n${alt}\n${file === undefined ? "" : `${file}\n`}\n`);
}
