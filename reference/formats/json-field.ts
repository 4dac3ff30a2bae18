// A value inside a JSON file that knows where it is, so that whoever expects something else can say so.
import { type ByteSource, wholeText } from "./byte-source.ts";
import { FormatError, shown } from "./format-error.ts";
import { isObject, jsonObject } from "./json.ts";

export class JsonField {
  readonly file: string;
  readonly path: string;
  readonly value: unknown;

  constructor(file: string, path: string, value: unknown) {
    this.file = file;
    this.path = path;
    this.value = value;
  }

  /** The whole of a JSON file, an object. */
  static of(source: ByteSource): JsonField {
    const text = wholeText(source, "text");
    return new JsonField(source.name, "", jsonObject(text, source.name, "text"));
  }

  /**
   * The member of that name; one that is missing, or a null, is `absent`, and so is every member of it.
   *
   * @throws {FormatError} when this is present and no object
   */
  get(name: string): JsonField {
    const { value } = this;
    if (!this.absent && !isObject(value)) this.refuse("an object");
    const member = isObject(value) && Object.hasOwn(value, name) ? value[name] : undefined;
    return new JsonField(this.file, this.path === "" ? name : `${this.path}.${name}`, member);
  }

  get absent(): boolean {
    return this.value === undefined || this.value === null;
  }

  /** One sentence: where this is, what it is, and `expected`. */
  refuse(expected: string): never {
    const found = this.value === undefined ? "missing" : shown(this.value);
    throw new FormatError(`${this.file}: ${this.path || "text"} is ${found}; expected ${expected}`);
  }

  text(otherwise?: string): string {
    if (this.absent && otherwise !== undefined) return otherwise;
    return typeof this.value === "string" ? this.value : this.refuse("a string");
  }

  flag(otherwise?: boolean): boolean {
    if (this.absent && otherwise !== undefined) return otherwise;
    return typeof this.value === "boolean" ? this.value : this.refuse("true or false");
  }

  /** A finite number. */
  real(otherwise?: number): number {
    if (this.absent && otherwise !== undefined) return otherwise;
    return typeof this.value === "number" && Number.isFinite(this.value)
      ? this.value
      : this.refuse("a number");
  }

  /** A whole number, `least` or more and below `limit`. */
  whole(least: number, limit: number, otherwise?: number): number {
    if (this.absent && otherwise !== undefined) return otherwise;
    const { value } = this;
    const fits = typeof value === "number" && Number.isInteger(value) && value >= least && value < limit;
    return fits ? value : this.refuse(`a whole number from ${least} to ${limit - 1}`);
  }

  list(): readonly JsonField[] {
    if (!Array.isArray(this.value)) return this.refuse("an array");
    return this.value.map((item: unknown, i) => new JsonField(this.file, `${this.path}[${i}]`, item));
  }

  /** Name and value of each member. */
  members(): readonly (readonly [string, JsonField])[] {
    if (!isObject(this.value)) return this.refuse("an object");
    return Object.entries(this.value).map(
      ([name, value]) => [name, new JsonField(this.file, `${this.path}[${shown(name)}]`, value)] as const,
    );
  }
}
