// A figure as an SVG file of its own: with its colours, light and dark, a title, and its text alternative.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { escaped } from "../../lessons/notebook/html.ts";
import { root } from "../root.ts";

/** The figure's SVG with the lessons' colours, which a page would have given it. */
export function standalone(svg: string, title: string, alt: string): string {
  const css = readFileSync(join(root, "lessons/notebook/page/lesson.css"), "utf8");
  const [light = "", dark = ""] = [...css.matchAll(/:root \{([^}]*)\}/g)].map(([, body = ""]) =>
    colours(body),
  );
  const style =
    `svg{${light}background:var(--paper);color:var(--ink);font-family:system-ui,sans-serif}` +
    `@media (prefers-color-scheme:dark){svg{${dark}}}`;
  const head = `<title>${escaped(title)}</title><desc>${escaped(alt)}</desc><style>${style}</style>`;
  return svg.replace(
    /^<svg([^>]*)>/,
    (_, rest: string) => `<svg xmlns="http://www.w3.org/2000/svg" role="img"${rest}>${head}`,
  );
}

const colours = (body: string): string =>
  [...body.matchAll(/--(?:paper|ink|series-\d|heat-\d): #[0-9a-f]+;/g)].map(([rule]) => rule).join("");
