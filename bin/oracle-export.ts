// relukit oracle cases --export: cases as .npy arrays or as ONNX test data, a folder each.
import { join } from "node:path";
import { makeFolder, writeFile } from "../reference/formats/file.node.ts";
import { asNpy, asOnnx } from "../reference/oracle/exports.ts";
import { modelOf } from "../reference/oracle/model.ts";
import { gaugeOf } from "../reference/oracle/truth.ts";
import { selected } from "./oracle-check.ts";
import { suiteAt } from "./oracle-suite.ts";
import { progress } from "./progress.ts";
import { type Terminal, WrongUse } from "./terminal.ts";

export interface ExportOptions {
  readonly out: string;
  readonly export: string;
  readonly filter?: string;
  readonly suite?: string;
}

const FORMATS = { npy: asNpy, onnx: asOnnx };

export async function runExport(options: ExportOptions, terminal: Terminal): Promise<void> {
  if (!Object.hasOwn(FORMATS, options.export))
    throw new WrongUse(`--export is ${options.export}; expected npy or onnx`);
  const files = FORMATS[options.export as keyof typeof FORMATS];
  const { cases } = await suiteAt(options);
  const wanted = selected(cases, options);
  const shown = progress(terminal);
  for (const [i, { given, truth }] of wanted.entries()) {
    shown.show(() => `${i + 1} of ${wanted.length} cases: ${given.id}`);
    const gauge = gaugeOf(given, modelOf({}, given.dtype));
    for (const { name, bytes } of files({ given, truth, gauge })) {
      const path = join(options.out, given.id, name);
      makeFolder(join(path, ".."));
      writeFile(path, [bytes]);
    }
  }
  shown.end();
  terminal.out(`${wanted.length} cases as ${options.export}, a folder each, in ${options.out}\n`);
}
