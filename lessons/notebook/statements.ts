// TypeScript cut into its top-level statements, without a parser: strings, comments, brackets and line ends are enough.
// Leaves out what no lesson writes: statements glued over lines without semicolons, such as `a` newline `(b)`.

/** One top-level statement: text.slice(start, end), on lines counted from 0. `end` lies after its semicolon. */
export interface Statement {
  readonly start: number;
  readonly end: number;
  readonly firstLine: number;
  readonly lastLine: number;
  readonly text: string;
  /** the name that a declaration gives; absent for an expression or a destructuring */
  readonly name?: string;
  readonly kind: "expression" | "declaration" | "import" | "other";
}

/** A piece of source that is code, a comment, or a literal's text. */
export interface Piece {
  readonly kind: "space" | "comment" | "text" | "word" | "mark";
  readonly start: number;
  readonly end: number;
}

const pieces: readonly (readonly [Piece["kind"], RegExp])[] = [
  ["space", /\s+/y],
  ["comment", /\/\/[^\n]*|\/\*[\s\S]*?\*\//y],
  ["text", /"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'/y],
  ["word", /[\p{L}\p{N}_$#]+/uy],
];
const regularExpression = /\/(?![*/])(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\[\n])+\/[a-z]*/y;
const beforeExpression = /(?:^|[=(,:[!&|?{};+\-*%<>~^]|\b(?:return|typeof|case|in|of|await|yield))$/;

/** Cuts `source` into pieces; a template literal is one text piece, its `${}` included. */
export function cut(source: string): Piece[] {
  const found: Piece[] = [];
  let code = "";
  for (let at = 0; at < source.length; ) {
    const piece = next(source, at, code);
    found.push(piece);
    if (piece.kind !== "space" && piece.kind !== "comment")
      code = source.slice(piece.start, piece.end).slice(-12);
    at = piece.end;
  }
  return found;
}

function next(source: string, at: number, before: string): Piece {
  for (const [kind, pattern] of pieces) {
    pattern.lastIndex = at;
    if (pattern.test(source)) return { kind, start: at, end: pattern.lastIndex };
  }
  if (source[at] === "`") return { kind: "text", start: at, end: templateEnd(source, at + 1) };
  if (source[at] === "/" && beforeExpression.test(before)) {
    regularExpression.lastIndex = at;
    if (regularExpression.test(source)) return { kind: "text", start: at, end: regularExpression.lastIndex };
  }
  return { kind: "mark", start: at, end: at + 1 };
}

function templateEnd(source: string, from: number): number {
  for (let at = from; at < source.length; at++) {
    if (source[at] === "\\") at++;
    else if (source[at] === "`") return at + 1;
    else if (source.startsWith("${", at)) at = closing(source, at + 2);
  }
  return source.length;
}

/** Where the `}` stands that closes a `${` in front of `from`. */
function closing(source: string, from: number): number {
  let depth = 1;
  for (let at = from; at < source.length; ) {
    const piece = next(source, at, "");
    const mark = source.slice(piece.start, piece.end);
    if (mark === "{") depth++;
    if (mark === "}" && --depth === 0) return at;
    at = piece.end;
  }
  return source.length;
}

const declares =
  /^(?:export\s+)?(?:declare\s+)?(?:abstract\s+)?(?:async\s+)?(?:const|let|var|function\s*\*?|class|interface|type|enum|namespace)\s+([\p{L}_$][\p{L}\p{N}_$]*)/u;
const otherwise =
  /^(?:if|for|while|do|switch|try|throw|return|else|catch|finally|case|break|continue|debugger)\b|^[{@]/;
const declaration =
  /^(?:(?:export|const|let|var|function|class|interface|enum|declare|abstract|namespace)\b|(?:type|async)\s+(?:function\b|\w+\s*[=<]))/;
const endsBlock =
  /^(?:export\s+)?(?:async\s+)?(?:function|class|interface|if|for|while|switch|try|else|catch|finally|enum|namespace|abstract|declare)\b|^\{/;
const continues = /^(?:else|catch|finally|while|in|of|instanceof|as|satisfies|extends|implements)$/;

/** The top-level statements of `source`, in order, without the comments between them. */
export function statements(source: string): Statement[] {
  const found: Statement[] = [];
  const code = cut(source).filter((piece) => piece.kind !== "space" && piece.kind !== "comment");
  let depth = 0;
  let start = -1;
  /** Whether a word goes on with the statement that is open; `while` does so after `do` alone. */
  const goesOn = (word: string): boolean =>
    continues.test(word) && (word !== "while" || /^do\b/.test(source.slice(start, start + 3)));
  const close = (end: number): void => {
    if (start >= 0) found.push(statement(source, start, end));
    start = -1;
  };
  code.forEach((piece, at) => {
    const mark = source.slice(piece.start, piece.end);
    if (start < 0 && mark !== ";") start = piece.start;
    if (/^[([{]$/.test(mark)) depth++;
    if (/^[)\]}]$/.test(mark)) depth--;
    if (depth > 0 || start < 0) return;
    const after = code[at + 1];
    if (mark === ";" || after === undefined) {
      close(piece.end);
      return;
    }
    const newLine = source.slice(piece.end, after.start).includes("\n");
    const nextWord = source.slice(after.start, after.end);
    const block = mark === "}" && endsBlock.test(source.slice(start, start + 40)) && !goesOn(nextWord);
    const canEnd = piece.kind !== "mark" || /^[)\]}]$/.test(mark);
    const canStart = (after.kind === "word" || after.kind === "text") && !goesOn(nextWord);
    if ((block && newLine) || (newLine && canEnd && canStart && !/^(?:const|let|return|await)$/.test(mark)))
      close(piece.end);
  });
  return found;
}

function statement(source: string, start: number, end: number): Statement {
  const text = source.slice(start, end);
  const name = declares.exec(text)?.[1];
  const kind = /^import\b(?!\s*\()/.test(text)
    ? "import"
    : declaration.test(text)
      ? "declaration"
      : otherwise.test(text)
        ? "other"
        : "expression";
  const lineOf = (at: number): number => source.slice(0, at).split("\n").length - 1;
  return {
    ...{ start, end, text, kind, firstLine: lineOf(start), lastLine: lineOf(end) },
    ...(name === undefined ? {} : { name }),
  };
}
