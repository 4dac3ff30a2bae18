// What a page and its host send one another: an object as JSON, and bytes behind it.

/** The length of the JSON in four bytes, the JSON, the bytes. */
export function framed(head: unknown, bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const json = new TextEncoder().encode(JSON.stringify(head));
  const frame = new Uint8Array(4 + json.length + bytes.length);
  new DataView(frame.buffer).setUint32(0, json.length, true);
  frame.set(json, 4);
  frame.set(bytes, 4 + json.length);
  return frame;
}

export function unframed(frame: Uint8Array): { readonly head: unknown; readonly bytes: Uint8Array } {
  const length = new DataView(frame.buffer, frame.byteOffset).getUint32(0, true);
  const head: unknown = JSON.parse(new TextDecoder().decode(frame.subarray(4, 4 + length)));
  return { head, bytes: frame.slice(4 + length) };
}
