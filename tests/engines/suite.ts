// The core suite made from the sources, and the SHA-256 of each of its files: the same on every engine. Which mutants a
// case kills takes long to find out, and is put in by the bundler as the suite that is kept has it.
import { coreCases } from "../../reference/oracle/cases/core.ts";
import { generate } from "../../reference/oracle/suite-writer.ts";
import { pause, sha256 } from "./web.ts";

declare const KILLS: Readonly<Record<string, readonly string[]>>;

/** SHA256SUMS, and how long it took. */
export interface Outcome {
  readonly sums: string;
  readonly seconds: number;
}

export async function outcome(): Promise<Outcome> {
  const start = performance.now();
  const files = await generate(coreCases(), {
    name: "core",
    digest: sha256,
    kills: ({ given }) => KILLS[given.id],
    onCase: (_, done) => (done % 20 === 0 ? pause() : undefined), // else a browser takes the page for one that hangs
  });
  const sums = files.find(({ name }) => name === "SHA256SUMS");
  return { sums: new TextDecoder().decode(sums?.bytes), seconds: (performance.now() - start) / 1000 };
}
