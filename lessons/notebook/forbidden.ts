// What a cell may not use, found in its text before it runs: whatever could give another number on another day or engine.
import type { Cell } from "./lesson.ts";
import type { Problem } from "./problem.ts";
import { cut, statements } from "./statements.ts";

const clock = "a lesson gives the same output every day";
const network = "a lesson needs no network";
const outside = "a cell sees the lesson and relukit, nothing of the machine";

const globals: Readonly<Record<string, string>> = {
  Date: clock,
  performance: `${clock}; mark the cell volatile to measure seconds`,
  setTimeout: clock,
  setInterval: clock,
  fetch: network,
  XMLHttpRequest: network,
  WebSocket: network,
  EventSource: network,
  crypto: "a lesson draws from its seed; use stream()",
  Intl: "a lesson prints the same in every country",
  process: outside,
  require: outside,
  globalThis: outside,
  window: outside,
  self: outside,
  document: outside,
  eval: outside,
  Function: outside,
};
const members = /^(?:toLocale\w+|localeCompare)$/;
const exactMath =
  /^(?:abs|ceil|floor|round|trunc|sign|sqrt|max|min|fround|imul|clz32|PI|E|LN2|LN10|LOG2E|LOG10E|SQRT2|SQRT1_2)$/;

/** Everything refused in `cell`, each with its line in lesson.md. */
export function forbidden(path: string, cell: Cell): Problem[] {
  const problems: Problem[] = [];
  const refuse = (at: number, text: string): void => {
    const line = cell.line + cell.text.slice(0, at).split("\n").length;
    problems.push({ path, line, cell: cell.id, text });
  };
  scan(cell.text, 0, cell.keys.volatile === true, refuse);
  for (const one of statements(cell.text)) {
    const [, from] =
      /from\s*["']([^"']*)["']|^import\s*["']([^"']*)["']/.exec(one.text)?.filter(Boolean) ?? [];
    if (one.kind === "import" && from?.startsWith("relukit/") !== true)
      refuse(
        one.start,
        `import is from \`${from}\`; expected relukit/…, for example relukit/reference/tensor.ts`,
      );
    if (/^export\b/.test(one.text))
      refuse(one.start, "export is not needed; names are seen by every later cell");
  }
  return problems;
}

function scan(
  text: string,
  offset: number,
  volatile: boolean,
  refuse: (at: number, text: string) => void,
): void {
  const code = cut(text).filter(({ kind }) => kind !== "space" && kind !== "comment");
  code.forEach(({ kind, start, end }, at) => {
    const word = text.slice(start, end);
    const marks = (i: number): string => text.slice(code[i]?.start ?? 0, code[i]?.end ?? 0);
    const [before, after] = [marks(at - 1), marks(at + 1)];
    const where = offset + start;
    if (kind === "text" && word.startsWith("`")) {
      for (const inner of word.matchAll(/\$\{([^`]*?)\}/g))
        scan(inner[1] ?? "", where + inner.index + 2, volatile, refuse);
    }
    if (word === "*" && after === "*" && code[at + 1]?.start === end && before !== "*")
      refuse(
        where,
        "`**` differs in its last bit between engines; use pow of relukit/reference/elementary.ts",
      );
    if (kind !== "word") return;
    if (at > 0 && before === "." && marks(at - 2) !== ".") {
      if (members.test(word))
        refuse(where, `.${word} depends on the country; print with String() or toFixed()`);
      if (marks(at - 2) === "Math" && word === "random")
        refuse(where, "Math.random has no seed; use stream()");
      else if (marks(at - 2) === "Math" && !exactMath.test(word))
        refuse(
          where,
          `Math.${word} differs in its last bit between engines; use ${word} of relukit/reference/elementary.ts`,
        );
      return;
    }
    if (word === "import" && after === "(")
      refuse(where, "import() hides what a lesson reads; use import … from");
    const reason = Object.hasOwn(globals, word) && after !== ":" ? globals[word] : undefined;
    if (reason !== undefined && !(volatile && word === "performance"))
      refuse(where, `${word} is refused: ${reason}`);
  });
}
