// A stream of bytes as lines of text, which may come in any pieces.

/** What bytes are pushed into. */
export interface Lines {
  push(bytes: Uint8Array): void;
  /** what has come of a line that has not ended */
  rest(): string;
}

/**
 * Shows each line without its end. A line that does not end within `limit` characters is the last thing that is read:
 * `overlong` is called once, and what follows is dropped.
 */
export function lines(limit: number, show: (line: string) => void, overlong: () => void): Lines {
  const decoder = new TextDecoder();
  let [pending, stopped] = ["", false];
  return {
    push(bytes) {
      if (stopped) return;
      const parts = (pending + decoder.decode(bytes, { stream: true })).split("\n");
      pending = parts.pop() ?? "";
      for (const line of parts) show(line.endsWith("\r") ? line.slice(0, -1) : line);
      if (pending.length <= limit) return;
      stopped = true;
      overlong();
    },
    rest: () => pending,
  };
}

/** Text of somebody else for a message: on one line, shortened. */
export function clipped(text: string): string {
  const line = text.replace(/\s+/g, " ").trim();
  return line.length <= 200 ? line : `${line.slice(0, 197)}...`;
}

/** Such a text in quotes, what cannot be printed escaped. */
export const quoted = (text: string): string => JSON.stringify(clipped(text));
