// Damage to real files: whatever is cut off or flipped, a reader refuses in one sentence or reads what is there.
import assert from "node:assert/strict";
import fc from "fast-check";
import { type ByteSource, bytesSource } from "../../../reference/formats/byte-source.ts";
import { isDtype } from "../../../reference/formats/dtype.ts";
import { openSafetensors } from "../../../reference/formats/safetensors.ts";
import { joined, writeSafetensors } from "../../../reference/formats/safetensors-writer.ts";
import { holds } from "../../assertions.ts";
import { unlessRefused } from "./files.ts";

const whole = joined(
  writeSafetensors(
    [
      {
        name: "model.embed_tokens.weight",
        dtype: "F32",
        shape: [3, 4],
        data: Float32Array.from({ length: 12 }, (_, i) => i),
      },
      {
        name: "model.layers.0.mlp.up_proj.weight",
        dtype: "BF16",
        shape: [2, 4],
        data: new Uint16Array(8).fill(0x3f80),
      },
      { name: "mask", dtype: "BOOL", shape: [5], data: new Uint8Array(5) },
      { name: "ids", dtype: "I64", shape: [2], data: BigInt64Array.of(1n, 2n) },
      { name: "scalar", dtype: "F64", shape: [], data: Float64Array.of(1) },
    ],
    { format: "pt" },
  ),
);
const headerEnd = 8 + Number(new DataView(whole.buffer).getBigUint64(0, true));

/** A source that counts what it is asked for: no reader may ask for more than the file, many times over. */
function counted(content: Uint8Array): { readonly source: ByteSource; readonly asked: () => number } {
  const inner = bytesSource("damaged", content);
  let asked = 0;
  const read = (offset: number, length: number): Uint8Array => {
    asked += length;
    return inner.read(offset, length);
  };
  return { source: { name: inner.name, size: inner.size, read }, asked: () => asked };
}

function readsOrRefuses(content: Uint8Array): void {
  const { source, asked } = counted(content);
  const tensors = unlessRefused(() => openSafetensors(source));
  assert.ok(asked() <= content.length, `${asked()} bytes read to open a file of ${content.length}`);
  for (const entry of tensors?.entries.values() ?? []) {
    const numbers = unlessRefused(() => tensors?.numbers(entry.name));
    if (numbers !== undefined) assert.ok(isDtype(entry.dtype));
    assert.ok((numbers?.length ?? 0) <= content.length);
  }
}

/** Every cut of the file, then `runs` files in which one to four header bytes or bits have changed. */
export function damages(runs: number): void {
  for (let size = 0; size <= whole.length; size++) readsOrRefuses(whole.slice(0, size));

  const place = fc.oneof(fc.nat(headerEnd - 1), fc.nat(7));
  const interesting = fc.constantFrom(...'0123456789-{}[]",:\\eE.'.split("").map((c) => c.charCodeAt(0)));
  const change = fc.record({ place, value: fc.oneof(interesting, fc.nat(255)), flip: fc.nat(8) });
  holds(
    fc.property(fc.array(change, { minLength: 1, maxLength: 4 }), (changes) => {
      const content = whole.slice();
      for (const { place, value, flip } of changes) {
        content[place] = flip < 8 ? (content[place] ?? 0) ^ (1 << flip) : value;
      }
      readsOrRefuses(content);
    }),
    runs,
  );
}
