// Bytes seen as numbers. Every format here is little-endian, and so is every machine this runs on.

interface TypedArray<A> {
  new (buffer: ArrayBufferLike, byteOffset: number, length: number): A;
  readonly BYTES_PER_ELEMENT: number;
}

/**
 * The bytes as an array of that type: a view where they lie on a multiple of the element's size, a copy elsewhere.
 * A length that is no multiple of the element's size loses its tail: callers have checked it.
 */
export function typed<A>(Type: TypedArray<A>, bytes: Uint8Array): A {
  const size = Type.BYTES_PER_ELEMENT;
  const at = bytes.byteOffset % size === 0 ? bytes : bytes.slice();
  return new Type(at.buffer, at.byteOffset, Math.floor(at.byteLength / size));
}
