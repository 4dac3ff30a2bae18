// A suite: cases, their inputs and their truths as files that any language reads. Nothing in it is believed before every
// file has the SHA-256 that is written of it.
import { bytesSource, utf8 } from "../formats/byte-source.ts";
import { openSafetensors, type Safetensors } from "../formats/safetensors.ts";
import { refuse, type StoredCase, storedCase } from "./suite-case.ts";
import type { Manifest } from "./suite-manifest.ts";
import { manifestIn } from "./suite-manifest-reader.ts";
import { type Digest, sumsText } from "./suite-writer.ts";

/** Where the files of a suite are: a folder, or a place on the web. */
export interface SuiteSource {
  /** what messages call it */
  readonly name: string;
  /** the bytes of a file, nothing where there is none of that name */
  read(file: string): Promise<Uint8Array | undefined> | Uint8Array | undefined;
}

/** A suite that was read: every file had the SHA-256 that is written of it. */
export interface Suite {
  readonly name: string;
  /** SHA-256 of its manifest, and so of everything */
  readonly sha256: string;
  readonly cases: readonly StoredCase[];
}

/**
 * The suite, once every file of it was found to be as it was written.
 *
 * @throws {FormatError} when a file is missing or has other bytes, or the manifest does not say what it should
 */
export async function readSuite(source: SuiteSource, digest: Digest): Promise<Suite> {
  const sums = utf8(
    await bytesOf(source, "SHA256SUMS", "in every suite"),
    `${source.name}/SHA256SUMS`,
    "text",
  );
  const bytes = await bytesOf(source, "manifest.json", "in every suite");
  const sha256 = await digest(bytes);
  const line = sums.split("\n").find((text) => text.endsWith("  manifest.json"));
  if (line !== `${sha256}  manifest.json`)
    refuse(
      source.name,
      "manifest.json",
      `has SHA-256 ${sha256}`,
      `${line?.slice(0, 64) ?? "one"}, as SHA256SUMS has it`,
    );
  const manifest = manifestIn(bytesSource(`${source.name}/manifest.json`, bytes));
  checkSums(source, sums, sumsText(sha256, manifest.files));
  const files = { name: source.name, opened: await verified(source, manifest, digest) };
  return {
    name: manifest.name,
    sha256,
    cases: manifest.cases.map((entry) => storedCase(files, entry)),
  };
}

const bytesOf = async (source: SuiteSource, file: string, where: string): Promise<Uint8Array> =>
  (await source.read(file)) ?? refuse(source.name, file, "is missing", `a file, ${where}`);

function checkSums(source: SuiteSource, found: string, expected: string): void {
  const [lines, wanted] = [found.split("\n"), expected.split("\n")];
  for (let i = 0; i < Math.max(lines.length, wanted.length); i++)
    if (lines[i] !== wanted[i]) {
      const [is, be] = [lines[i], wanted[i]].map((text) => (text ? JSON.stringify(text) : "missing"));
      refuse(source.name, "SHA256SUMS", `line ${i + 1} is ${is}`, `${be}, as manifest.json has it`);
    }
}

/** Every file of the suite, its bytes compared with what the manifest says of them. */
async function verified(
  source: SuiteSource,
  { files }: Manifest,
  digest: Digest,
): Promise<ReadonlyMap<string, Safetensors>> {
  const opened = new Map<string, Safetensors>();
  for (const [file, { bytes: size, sha256 }] of Object.entries(files)) {
    const bytes = await bytesOf(source, file, "which manifest.json lists");
    if (bytes.length !== size)
      refuse(source.name, file, `has ${bytes.length} bytes`, `${size}, as manifest.json has it`);
    const found = await digest(bytes);
    if (found !== sha256)
      refuse(source.name, file, `has SHA-256 ${found}`, `${sha256}, as manifest.json has it`);
    opened.set(file, openSafetensors(bytesSource(`${source.name}/${file}`, bytes)));
  }
  return opened;
}
