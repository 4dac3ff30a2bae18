// The Markdown of a lesson as tokens: CommonMark and tables, raw HTML off, with `$math$`, `$$` blocks and `:::` containers.
import MarkdownIt, {
  type MarkdownIt as Markdown,
  type StateBlock,
  type StateInline,
  type Token,
} from "markdown-it";

/** A reader of lessons. Math and containers become tokens that a page draws; nothing here knows how. */
export function markdown(): Markdown {
  const md = new MarkdownIt({ html: false, linkify: false, typographer: false });
  md.inline.ruler.after("escape", "math_inline", inlineMath);
  md.block.ruler.before("fence", "math_block", blockMath, {
    alt: ["paragraph", "reference", "blockquote", "list"],
  });
  md.block.ruler.before("fence", "container", container, {
    alt: ["paragraph", "reference", "blockquote", "list"],
  });
  return md;
}

/** The tokens in runs that stand by themselves at the top of the document. */
export function blocks(tokens: readonly Token[]): Token[][] {
  const found: Token[][] = [];
  let depth = 0;
  for (const token of tokens) {
    if (depth === 0) found.push([]);
    found.at(-1)?.push(token);
    depth += token.nesting;
  }
  return found;
}

/** `$x$`: no space inside the dollars and no digit after them, so that prices stay text. */
function inlineMath(state: StateInline, silent: boolean): boolean {
  const source = state.src.slice(state.pos, state.posMax);
  const [whole, tex] = /^\$(?!\s|\$)((?:\\.|[^\\$])+?)(?<!\s)\$(?![\d$])/s.exec(source) ?? [];
  if (whole === undefined || tex === undefined) return false;
  if (!silent) state.push("math_inline", "math", 0).content = tex;
  state.pos += whole.length;
  return true;
}

const lineAt = (state: StateBlock, line: number): string =>
  state.src.slice((state.bMarks[line] ?? 0) + (state.tShift[line] ?? 0), state.eMarks[line] ?? 0);

/** `$$ … $$`, on one line or with the dollars on lines of their own. */
function blockMath(state: StateBlock, start: number, end: number, silent: boolean): boolean {
  const first = lineAt(state, start);
  if (!first.startsWith("$$")) return false;
  if (silent) return true;
  const rest = first.slice(2).trim();
  let last = start;
  const lines = [rest.endsWith("$$") ? rest.slice(0, -2) : rest];
  if (!rest.endsWith("$$")) {
    while (++last < end && !lineAt(state, last).trim().endsWith("$$")) lines.push(lineAt(state, last));
    lines.push(lineAt(state, last).trim().slice(0, -2));
  }
  const token = state.push("math_block", "math", 0);
  token.content = lines.join("\n").trim();
  token.map = [start, last + 1];
  token.meta = { closed: last < end };
  state.line = last + 1;
  return true;
}

/** `::: hint for=ex level=1` to the `:::` that closes it; inner containers take more colons on the outside. */
function container(state: StateBlock, start: number, end: number, silent: boolean): boolean {
  const [, marks, info] = /^(:{3,})\s*(.*)$/.exec(lineAt(state, start)) ?? [];
  if (marks === undefined || info === undefined) return false;
  if (silent) return true;
  let last = start + 1;
  while (last < end && lineAt(state, last).trimEnd() !== marks) last++;
  const open = state.push("container_open", "div", 1);
  open.info = info;
  open.map = [start, last];
  open.meta = { closed: last < end };
  open.block = true;
  const { parentType, lineMax } = state;
  state.lineMax = last;
  state.md.block.tokenize(state, start + 1, last);
  state.lineMax = lineMax;
  state.parentType = parentType;
  state.push("container_close", "div", -1).block = true;
  state.line = last + 1;
  return true;
}
