// The one error of everything that reads or writes a file.

/**
 * A file that cannot be used. The message is one sentence that names the file, the field, what was found and what
 * was expected, fit to be printed as it stands: nobody needs the stack.
 */
export class FormatError extends Error {
  override readonly name = "FormatError";
}

/** How a value from a file appears in a sentence: JSON, shortened, on one line. */
export function shown(value: unknown): string {
  const text = jsonOf(value);
  return text.length <= 60 ? text : `${text.slice(0, 57)}...`;
}

function jsonOf(value: unknown): string {
  try {
    return JSON.stringify(value) ?? String(value);
  } catch {
    return "nested too deeply to be shown"; // JSON.parse has no limit where JSON.stringify has one
  }
}
