// Code as HTML with a class a kind of token, so that the style sheet colours it for light and for dark.
import { createCssVariablesTheme, createHighlighterCore } from "shiki/core";
import { createOnigurumaEngine } from "shiki/engine/oniguruma";
import { escaped } from "./html.ts";

/** `code` of a language as spans; text of a language it does not know comes back escaped. */
export type Highlight = (code: string, language: string) => string;

const known: Readonly<Record<string, string>> = {
  ts: "typescript",
  typescript: "typescript",
  json: "json",
  sh: "shellscript",
  bash: "shellscript",
};

/** Loads the grammars once; the result is quick and works line by line. */
export async function highlighter(): Promise<Highlight> {
  const shiki = await createHighlighterCore({
    themes: [createCssVariablesTheme({ name: "relukit", variablePrefix: "--" })],
    langs: [
      import("shiki/langs/typescript.mjs"),
      import("shiki/langs/json.mjs"),
      import("shiki/langs/shellscript.mjs"),
    ],
    engine: createOnigurumaEngine(import("shiki/wasm")),
  });
  return (code, language) => {
    const lang = known[language];
    if (lang === undefined) return escaped(code);
    const lines = shiki.codeToTokensBase(code.trimEnd(), { lang, theme: "relukit" });
    return lines
      .map((line) => line.map(({ content, color = "" }) => span(content, color)).join(""))
      .join("\n");
  };
}

function span(content: string, color: string): string {
  const [, kind] = /^var\(--token-([\w-]+)\)$/.exec(color) ?? [];
  if (content.startsWith("// →")) return `<span class="t-expect">${escaped(content)}</span>`;
  const name =
    kind === "constant" && !/^(?:[\d.]|true$|false$|null$|undefined$|NaN$|Infinity$)/.test(content);
  return kind === undefined || name ? escaped(content) : `<span class="t-${kind}">${escaped(content)}</span>`;
}
