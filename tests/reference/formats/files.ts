// What the format tests share: files made of bytes, and the refusal that a bad one must meet.
import assert from "node:assert/strict";
import { type ByteSource, bytesSource } from "../../../reference/formats/byte-source.ts";
import { FormatError } from "../../../reference/formats/format-error.ts";
import type { JsonObject } from "../../../reference/formats/json.ts";
import { JsonField } from "../../../reference/formats/json-field.ts";

/** The bytes of numbers, texts and other bytes, one after the other. */
export function bytes(...parts: readonly (ArrayBufferView | string)[]): Uint8Array {
  const all = parts.map((part) =>
    typeof part === "string"
      ? new TextEncoder().encode(part)
      : new Uint8Array(part.buffer, part.byteOffset, part.byteLength),
  );
  return Uint8Array.from(all.flatMap((part) => [...part]));
}

export const file = (content: Uint8Array | string, name = "file"): ByteSource =>
  bytesSource(name, typeof content === "string" ? bytes(content) : content);

/** A safetensors file with that header, a JSON text or an object, and that much data. */
export function safetensorsFile(header: string | object, data = 0): Uint8Array {
  const text = bytes(typeof header === "string" ? header : JSON.stringify(header));
  return bytes(BigUint64Array.of(BigInt(text.length)), text, new Uint8Array(data));
}

/** A JSON file's whole. */
export const json = (value: JsonObject | string, name = "file.json"): JsonField =>
  JsonField.of(file(typeof value === "string" ? value : JSON.stringify(value), name));

/** Fails unless `act` throws a FormatError that says exactly that, in one sentence. */
export function refuses(act: () => unknown, message: string): void {
  assert.throws(act, (error) => {
    assert.ok(error instanceof FormatError, `a FormatError, not ${error}`);
    assert.equal(error.message, message);
    assert.doesNotMatch(error.message, /\n/);
    return true;
  });
}

/** What `act` returns; nothing when it throws a FormatError, a failure when it throws anything else. */
export function unlessRefused<R>(act: () => R): R | undefined {
  try {
    return act();
  } catch (error) {
    assert.ok(
      error instanceof FormatError,
      `a FormatError, not ${error instanceof Error ? error.stack : error}`,
    );
    return undefined;
  }
}
