// A picture of memory: a safetensors file, its tensors named in.…, out.… and guard.…
import { readFileSync } from "node:fs";

/**
 * The bytes of a picture, and its tensors as views of them.
 *
 * @throws {Error} when a tensor is strided, which this adapter does not declare
 */
export function openPicture(path) {
  const bytes = new Uint8Array(readFileSync(path)); // a copy at the beginning of a buffer of its own: aligned
  const length = Number(new DataView(bytes.buffer).getBigUint64(0, true));
  const { __metadata__: metadata, ...tensors } = JSON.parse(
    new TextDecoder().decode(bytes.subarray(8, 8 + length)),
  );
  if (metadata?.views !== undefined) throw new Error("picture: has strided tensors; expected plain ones");
  const named = (prefix) =>
    Object.entries(tensors).flatMap(
      ([
        name,
        {
          dtype,
          shape,
          data_offsets: [from, to],
        },
      ]) => {
        const at = 8 + length;
        return name.startsWith(prefix)
          ? [{ name: name.slice(prefix.length), dtype, shape, bytes: bytes.subarray(at + from, at + to) }]
          : [];
      },
    );
  return { bytes, inputs: named("in."), outputs: named("out.") };
}
