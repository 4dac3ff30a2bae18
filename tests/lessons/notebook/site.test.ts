import assert from "node:assert/strict";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { test } from "node:test";
import { buildSite } from "../../../lessons/notebook/index.ts";
import { sources } from "../../../lessons/notebook/sources.node.ts";
import { rootOf, scratch } from "./sample.ts";

const built = buildSite(sources, join(scratch(), "site"));

test("buildSite(root, out) links only to pages and anchors that are there", async () => {
  const { out, pages } = await built;
  for (const page of pages) {
    const html = readFileSync(join(out, page), "utf8");
    for (const [, target = ""] of html.matchAll(/(?:href|src)="([^"]*)"/g)) {
      const [path = "", anchor] = target.split("#");
      if (path.startsWith("https://")) continue;
      const file = path === "" ? page : normalize(join(dirname(page), path));
      assert.ok(existsSync(join(out, file)), `${page} links to ${target}`);
      if (anchor)
        assert.match(
          readFileSync(join(out, file), "utf8"),
          new RegExp(`id="${anchor}"`),
          `${page} links to ${target}`,
        );
    }
  }
});

test("buildSite(root, out) writes pages that ask nothing of the network", async () => {
  const { out, pages } = await built;
  for (const page of [...pages, "assets/lesson.css", "assets/katex.css"]) {
    const text = readFileSync(join(out, page), "utf8")
      .replace(/<a\b[^>]*>/g, "")
      .replace(/xmlns="[^"]*"/g, "");
    assert.doesNotMatch(text, /(?:src|href)="(?:https?:)?\/\/|url\(["']?(?:https?:)?\/\/|@import/, page);
  }
  const fonts = readFileSync(join(out, "assets/katex.css"), "utf8").matchAll(/url\(([^)]*)\)/g);
  for (const [, font = ""] of fonts) assert.ok(existsSync(join(out, "assets", font)), font);
});

test("buildSite(root, out) writes pages with one h1, a title, a language, a main part, a skip link and unique ids", async () => {
  const { out, pages } = await built;
  for (const page of pages) {
    const html = readFileSync(join(out, page), "utf8");
    assert.equal(html.match(/<h1/g)?.length, 1, page);
    assert.match(
      html,
      /<html lang="en">[\s\S]*<title>[^<]+<\/title>[\s\S]*class="skip" href="#main"[\s\S]*<main id="main"/,
    );
    const ids = [...html.matchAll(/\sid="([^"]*)"/g)].map(([, id]) => id);
    assert.deepEqual(
      ids.filter((id, at) => ids.indexOf(id) !== at),
      [],
      page,
    );
    // KaTeX draws roots as svg inside a span that is hidden as a whole
    for (const [svg] of html.matchAll(/<svg(?![^>]*400em)[^>]*>/g))
      assert.match(svg, /aria-hidden="true"|role="img" aria-labelledby=/, page);
  }
});

test("buildSite(root, out) refuses a folder that holds other files", async () => {
  const out = scratch();
  writeFileSync(join(out, "thesis.txt"), "mine");
  await assert.rejects(buildSite(rootOf({}), out), {
    name: "RangeError",
    message: /expected an empty or a new one/,
  });
  assert.ok(existsSync(join(out, "thesis.txt")));
});

test("buildSite(root, out) says which lesson has no golden, and builds it without outputs", async () => {
  const said: string[] = [];
  const { stale } = await buildSite(rootOf({ "l00-new": "Words.\n" }), join(scratch(), "site"), {
    report: ({ text }) => said.push(text),
  });
  assert.deepEqual(stale, ["l00-new"]);
  assert.match(said[0] ?? "", /^l00-new: the outputs are missing/);
});
