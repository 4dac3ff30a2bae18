// relukit oracle check --dump-failing: the smallest cases on which a kernel fails, as pictures with what was expected.
import { join } from "node:path";
import { makeFolder, writeFile } from "../reference/formats/file.node.ts";
import { writeSafetensors } from "../reference/formats/safetensors-writer.ts";
import { pictureOf } from "../reference/oracle/case.ts";
import type { Report, SuiteCase } from "../reference/oracle/check.ts";
import type { Kernel } from "../reference/oracle/kernel.ts";
import { modelOf } from "../reference/oracle/model.ts";
import { shrunk } from "../reference/oracle/shrink.ts";
import { gaugeOf, truthOf } from "../reference/oracle/truth.ts";
import { progress } from "./progress.ts";
import type { Terminal } from "./terminal.ts";

const MOST = 10;

/** Writes, of the first failing cases, the call as an adapter gets it and beside it what is right. */
export async function dumpFailing(
  kernel: Kernel,
  cases: readonly SuiteCase[],
  report: Report,
  folder: string,
  terminal: Terminal,
): Promise<void> {
  const failing = report.cases.filter(({ verdict, known }) => verdict === "FAIL" && !known).slice(0, MOST);
  if (failing.length === 0) return;
  makeFolder(folder);
  const shown = progress(terminal);
  for (const [i, { id }] of failing.entries()) {
    shown.show(() => `shrinking ${i + 1} of ${failing.length}: ${id}`);
    const given = cases.find((one) => one.given.id === id)?.given;
    if (!given) continue;
    const small = await shrunk(kernel, given);
    const name = id.replaceAll("/", "-");
    writeFile(join(folder, `${name}.safetensors`), [pictureOf(small).bytes]);
    const [truth, gauge] = [truthOf(small), gaugeOf(small, modelOf(kernel.declaration, small.dtype))];
    const tensors = Object.entries(truth).flatMap(([output, { hi }]) => [
      { name: `truth.${output}`, dtype: "F64" as const, shape: [hi.length], data: hi },
      {
        name: `bound.${output}`,
        dtype: "F64" as const,
        shape: [hi.length],
        data: gauge[output]?.bound ?? new Float64Array(hi.length),
      },
    ]);
    writeFile(join(folder, `${name}.truth.safetensors`), writeSafetensors(tensors));
  }
  shown.end();
  const many = failing.length > 1;
  terminal.err(
    `${failing.length} failing ${many ? "cases" : "case"}, made small, ${many ? "are" : "is"} in ${folder}\n`,
  );
}
