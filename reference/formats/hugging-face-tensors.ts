// The tensors of a Hugging Face directory, in one safetensors file or in several with an index.
import type { ByteSource } from "./byte-source.ts";
import type { StoredNumbers } from "./checkpoint.ts";
import { isFloat, widened } from "./dtype.ts";
import { FormatError, shown } from "./format-error.ts";
import { JsonField } from "./json-field.ts";
import { openSafetensors, type Safetensors } from "./safetensors.ts";

/** A directory, or anything else that holds files by name. */
export interface Folder {
  readonly name: string;
  has(file: string): boolean;
  open(file: string): ByteSource;
}

/** The tensors of a checkpoint, wherever they lie. */
export interface StoredTensors {
  has(name: string): boolean;
  /** A tensor that must have that shape and a float type; nothing of it is read yet. */
  read(name: string, shape: readonly number[]): StoredNumbers;
  /** Refuses a checkpoint with a tensor that was never read and would have changed the result. */
  checkAllRead(): void;
}

const ONE = "model.safetensors";
const INDEX = "model.safetensors.index.json";
/** The format before safetensors, which runs code when it is read. */
const OLDER = ["pytorch_model.bin", "pytorch_model.bin.index.json"];
/** Tensors that follow from the configuration. */
const DERIVED = /(^|\.)(rotary_emb\.inv_freq|masked_bias)$/;

/**
 * Opens model.safetensors, or the files that model.safetensors.index.json names; reads headers only.
 *
 * @throws {FormatError} when there is neither, or the index does not agree with the files
 */
export function storedTensors(folder: Folder): StoredTensors {
  if (!folder.has(ONE) && !folder.has(INDEX)) {
    if (OLDER.some((file) => folder.has(file)))
      throw new FormatError(
        `${folder.name}: has ${OLDER[0]} and no ${ONE}; expected safetensors, as transformers writes them: ` +
          "load the model there and save it with save_pretrained",
      );
    throw new FormatError(`${folder.name}: has no ${ONE} and no ${INDEX}; expected one of them`);
  }
  const homes = folder.has(ONE) ? single(folder) : sharded(folder);
  const unread = new Set(homes.keys());
  return {
    has: (name) => homes.has(name),
    read(name, shape) {
      const home = homes.get(name);
      const entry = home?.file.entries.get(name);
      if (home === undefined || entry === undefined) {
        throw new FormatError(
          `${folder.name}: tensor ${shown(name)} is missing; expected shape ${shown(shape)}`,
        );
      }
      const where = `${home.source}: tensor ${shown(name)}`;
      if (entry.shape.length !== shape.length || !entry.shape.every((size, i) => size === shape[i])) {
        throw new FormatError(
          `${where} has shape ${shown(entry.shape)}; expected ${shown(shape)}, from config.json`,
        );
      }
      const { dtype } = entry;
      if (!isFloat(dtype)) {
        throw new FormatError(`${where} has dtype ${dtype}; expected F16, BF16, F32 or F64 for a weight`);
      }
      unread.delete(name);
      const width = entry.shape.length > 1 ? (entry.shape[1] ?? 1) : 1;
      return {
        name,
        dtype,
        bytes: entry.end - entry.begin,
        bits: () => home.file.floats(name),
        rows: (from, to) => home.file.floats(name, from * width, to * width),
        widened: (bits) => widened(dtype, bits),
      };
    },
    checkAllRead() {
      const left = [...unread].find((name) => !DERIVED.test(name));
      if (left === undefined) return;
      throw new FormatError(
        `${folder.name}: tensor ${shown(left)} has no place in the model of config.json; expected none`,
      );
    },
  };
}

interface Home {
  readonly source: string;
  readonly file: Safetensors;
}

function single(folder: Folder): ReadonlyMap<string, Home> {
  const source = folder.open(ONE);
  const file = openSafetensors(source);
  return new Map(file.names.map((name) => [name, { source: source.name, file }]));
}

function sharded(folder: Folder): ReadonlyMap<string, Home> {
  const files = new Map<string, Home>();
  const homes = new Map<string, Home>();
  for (const [name, field] of JsonField.of(folder.open(INDEX)).get("weight_map").members()) {
    const shard = field.text();
    if (!/^[\w.-]+\.safetensors$/.test(shard))
      field.refuse("the name of a .safetensors file beside the index");
    if (!folder.has(shard)) field.refuse("a file beside the index, where there is none of that name");
    const home = files.get(shard) ?? opened(folder, shard);
    files.set(shard, home);
    if (!home.file.entries.has(name)) field.refuse(`a file that has the tensor ${shown(name)}`);
    homes.set(name, home);
  }
  for (const { source, file } of files.values()) {
    const stray = file.names.find((name) => homes.get(name)?.file !== file && !DERIVED.test(name));
    if (stray !== undefined)
      throw new FormatError(
        `${source}: tensor ${shown(stray)} is not this file's by ${INDEX}; expected every tensor of a shard in its weight_map`,
      );
  }
  return homes;
}

function opened(folder: Folder, shard: string): Home {
  const source = folder.open(shard);
  return { source: source.name, file: openSafetensors(source) };
}
