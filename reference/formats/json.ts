// JSON as files hold it: what JSON.parse forgives, a name given twice, is found here.
import { FormatError } from "./format-error.ts";

export type JsonObject = { readonly [name: string]: unknown };

/**
 * The object that `text` holds.
 *
 * @param name   of the file
 * @param field  of the text in it
 * @throws {FormatError} when it is not JSON, not an object, or an object in it gives a name twice
 */
export function jsonObject(text: string, name: string, field: string): JsonObject {
  const value = jsonValue(text, name, field);
  if (!isObject(value))
    throw new FormatError(`${name}: ${field} is ${kindOf(value)}; expected a JSON object`);
  const twice = repeatedName(text);
  if (twice !== undefined) {
    throw new FormatError(
      `${name}: ${field} has the name ${JSON.stringify(twice)} twice; expected each name once`,
    );
  }
  return value;
}

function jsonValue(text: string, name: string, field: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new FormatError(`${name}: ${field} is not valid JSON; expected a JSON object`);
  }
}

/** Whether a JSON value is an object: null and arrays are not. */
export const isObject = (value: unknown): value is JsonObject =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** What a JSON value is, in words for a message. */
export function kindOf(value: unknown): string {
  if (value === undefined) return "missing";
  if (value === null) return "null";
  if (Array.isArray(value)) return "an array";
  return typeof value === "object" ? "an object" : `a ${typeof value}`;
}

/** The first name that an object inside `text`, valid JSON, has twice, however its characters are escaped. */
function repeatedName(text: string): string | undefined {
  const open: (Set<string> | undefined)[] = []; // the names of each object around, undefined for an array
  for (let at = 0; at < text.length; at++) {
    const c = text[at];
    if (c === "{") open.push(new Set());
    else if (c === "[") open.push(undefined);
    else if (c === "}" || c === "]") open.pop();
    else if (c === '"') {
      const end = closingQuote(text, at);
      if (isName(text, end)) {
        const name = String(JSON.parse(text.slice(at, end + 1)));
        const names = open.at(-1);
        if (names?.has(name)) return name;
        names?.add(name);
      }
      at = end;
    }
  }
  return undefined;
}

function closingQuote(text: string, opening: number): number {
  let at = opening + 1;
  while (text[at] !== '"') at += text[at] === "\\" ? 2 : 1;
  return at;
}

/** Whether the string that ends at `end` is the name of a member: a colon follows. */
function isName(text: string, end: number): boolean {
  let at = end + 1;
  while (text[at] === " " || text[at] === "\n" || text[at] === "\t" || text[at] === "\r") at++;
  return text[at] === ":";
}
