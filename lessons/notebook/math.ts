// TeX as HTML and MathML, at build time only.
import katex from "katex";

/** A formula as HTML. @throws {Error} with KaTeX's words on a formula that it cannot read */
export const tex = (source: string, display: boolean): string =>
  katex.renderToString(source, {
    displayMode: display,
    throwOnError: true,
    trust: false,
    strict: "error",
    output: "htmlAndMathml",
  });
