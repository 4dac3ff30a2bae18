// A page of the site as one file that needs no other: styles, fonts, scripts, library and data go inside.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { dataName } from "./library.node.ts";
import type { PageData } from "./page-data.ts";
import { dataOf } from "./page-data.ts";

/**
 * The page `name` of the site in `site`, as one file. Links to pages that are not in `beside` lose their address: the file may
 * lie alone.
 *
 * @param site   the folder of a built site
 * @param data   what the page was built with, for the files of data that its cells import
 * @param beside the pages that lie in the same folder under their own names
 */
export function singleFile(site: string, name: string, data: PageData, beside: readonly string[]): string {
  const asset = (path: string): string => readFileSync(join(site, "assets", path), "utf8");
  const later = ["library", "editor", ...dataOf(data).map((path) => `data/${dataName(path)}`)];
  const kept = later.map(
    (path) => `<script type="text/plain" data-asset="${path}">${inScript(asset(`${path}.js`))}</script>`,
  );
  return readFileSync(join(site, name), "utf8")
    .replace(/<link rel="stylesheet" href="assets\/([\w-]+)\.css">/g, (_, style: string) => {
      const text = style === "katex" ? withFonts(site, asset("katex.css")) : asset(`${style}.css`);
      return `<style>${text}</style>`;
    })
    .replace(
      /href="assets\/icon\.svg"/,
      () => `href="data:image/svg+xml;base64,${base64(join(site, "assets/icon.svg"))}"`,
    )
    .replace(/<script defer src="assets\/([\w-]+)\.js"><\/script>/g, (_, script: string) => {
      const text = inScript(asset(`${script}.js`));
      return `${kept.join("\n")}\n<script>${text}</script>`;
    })
    .replace(
      /<a ([^>]*?)href="([\w./-]+\.html)(#[^"]*)?"([^>]*)>/g,
      (whole, before: string, page: string, _, after: string) =>
        beside.includes(page) ? whole : `<a ${before}${after}>`,
    );
}

/** A script's text that no `</script` or `<!--` in it can end: inside strings and patterns the backslash changes nothing. */
const inScript = (text: string): string =>
  text.replace(/<\/(script)/gi, "<\\/$1").replaceAll("<!--", "<\\!--");

const base64 = (path: string): string => readFileSync(path).toString("base64");

const withFonts = (site: string, css: string): string =>
  readdirSync(join(site, "assets/fonts")).reduce(
    (text, font) =>
      text.replaceAll(
        `url(fonts/${font})`,
        () => `url(data:font/woff2;base64,${base64(join(site, "assets/fonts", font))})`,
      ),
    css,
  );
