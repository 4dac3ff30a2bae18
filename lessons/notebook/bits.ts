// A digest of every number that a cell shows, to the last bit: what is printed is rounded, what is compared need not be.

/** Gathers values; equal digests of the same kinds of values mean equal bits, but for a chance of about 2⁻⁶⁴. */
export class Bits {
  readonly #words = new Uint32Array(2);
  readonly #number = new Float64Array(this.#words.buffer);
  readonly #seen = new WeakSet<object>();
  #one = 0x811c9dc5;
  #two = 0x9747b28c;

  /** Adds all numbers in `value`, in order: tensors and lists by element, records by field; texts by their letters. */
  add(value: unknown): void {
    if (typeof value === "number") this.#add(value);
    else if (typeof value === "string") for (const letter of value) this.#mix(letter.codePointAt(0) ?? 0);
    else if (typeof value === "boolean") this.#mix(value ? 1 : 2);
    else if (ArrayBuffer.isView(value) && "length" in value)
      for (const number of value as unknown as Float64Array) this.#add(Number(number));
    else if (Array.isArray(value)) for (const item of value) this.add(item);
    else if (value instanceof Map) for (const [key, item] of value) this.add([key, item]);
    else if (typeof value === "object" && value !== null && !this.#seen.has(value)) {
      this.#seen.add(value);
      for (const item of Object.values(value)) this.add(item);
    }
  }

  /** 16 hexadecimal digits. */
  digest(): string {
    return [this.#one, this.#two].map((word) => (word >>> 0).toString(16).padStart(8, "0")).join("");
  }

  #add(value: number): void {
    if (Number.isNaN(value)) {
      this.#mix(0x7ff80000); // the bits of a NaN are an engine's own
      return;
    }
    this.#number[0] = value;
    this.#mix(this.#words[0] ?? 0);
    this.#mix(this.#words[1] ?? 0);
  }

  #mix(word: number): void {
    this.#one = Math.imul(this.#one ^ word, 0x01000193);
    this.#one ^= this.#one >>> 15;
    this.#two = Math.imul(this.#two ^ word, 0x5bd1e995);
    this.#two ^= this.#two >>> 13;
  }
}
