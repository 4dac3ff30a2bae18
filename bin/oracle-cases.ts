// relukit oracle cases: the suite worked out anew and written to a folder.
import { coreCases } from "../reference/oracle/cases/core.ts";
import { recipeCases } from "../reference/oracle/cases/recipe.ts";
import { killsOf } from "../reference/oracle/kills.ts";
import { CATALOGUE } from "../reference/oracle/mutants/catalogue.ts";
import { refuseOthers, sha256, writeSuite } from "../reference/oracle/suite.node.ts";
import { generate } from "../reference/oracle/suite-writer.ts";
import { short } from "./numbers.ts";
import { progress } from "./progress.ts";
import type { Terminal } from "./terminal.ts";

interface Options {
  readonly out: string;
  readonly extended?: boolean;
  readonly json?: boolean;
}

export async function runCases({ out, extended, json }: Options, terminal: Terminal): Promise<void> {
  refuseOthers(out);
  const cases = extended ? recipeCases() : coreCases();
  const shown = progress(terminal);
  const files = await generate(cases, {
    name: extended ? "extended" : "core",
    digest: sha256,
    // to try every mutant on the large ones would take hours
    ...(!extended && { kills: ({ given, truth, gauge }) => killsOf(given, { truth, gauge }, CATALOGUE) }),
    onCase: (id, done, total) => shown.show(() => `${done} of ${total} cases: ${id}`),
  });
  shown.end();
  writeSuite(out, files);
  const bytes = files.reduce((sum, file) => sum + file.bytes.length, 0);
  const manifest = files.find(({ name }) => name === "manifest.json");
  const document = {
    folder: out,
    cases: cases.length,
    files: files.length,
    bytes,
    sha256: sha256(manifest?.bytes ?? new Uint8Array()),
  };
  terminal.out(
    json
      ? `${JSON.stringify(document, null, 2)}\n`
      : `${cases.length} cases in ${files.length} files, ${short(bytes, "B")}, in ${out}\nmanifest ${document.sha256}\n`,
  );
}
