import assert from "node:assert/strict";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { apiEntries, buildApi } from "../../../lessons/notebook/api.node.ts";
import { entryPoint, firstSentence, parseDoc } from "../../../lessons/notebook/api.ts";
import { sources } from "../../../lessons/notebook/sources.node.ts";

const built = buildApi(sources, {
  sourceUrl: (path, line) => (path.startsWith("reference/ops/") ? `source/${path}.html#L${line}` : undefined),
});
const all = apiEntries(sources);
const ids = (html: string): string[] => [...html.matchAll(/\bid="([^"]*)"/g)].map(([, id = ""]) => id);

test("the reference has every name that the entry points export, once a page", async () => {
  const pages = new Map((await built).map(({ path, html }) => [path, html]));
  const given = {
    "api/relukit.html": Object.keys(await import("../../../reference/index.ts")),
    "api/kernels.html": Object.keys(await import("../../../kernels/index.ts")),
    "api/oracle.html": Object.keys(await import("../../../reference/oracle/index.node.ts")),
  };
  const index = pages.get("api/index.html") ?? "";
  for (const [path, values] of Object.entries(given)) {
    const found = ids(pages.get(path) ?? "");
    for (const name of values) {
      assert.ok(found.includes(name), `${path} has ${name}`);
      assert.ok(index.includes(`href="${path.replace("api/", "")}#${name}"`), `the index has ${name}`);
    }
  }
  for (const { page, entries } of all)
    for (const { name } of entries) assert.ok(ids(pages.get(`api/${page}`) ?? "").includes(name), name);
});

test("what the entry points export has a docstring", () => {
  const bare = all.flatMap(({ entries }) =>
    entries.flatMap(({ module, name, doc }) =>
      doc === undefined || firstSentence(doc) === "" ? [`${module} ${name}`] : [],
    ),
  );
  assert.deepEqual(bare, []);
});

test("the reference's pages have one h1, headings in order, ids of their own, and elements well nested", async () => {
  for (const { path, html } of await built) {
    assert.equal((html.match(/<h1\b/g) ?? []).length, 1, path);
    const levels = [...html.matchAll(/<h(\d)\b/g)].map(([, level]) => Number(level));
    levels.forEach((level, at) => {
      assert.ok(level <= (levels[at - 1] ?? 0) + 1, `${path}: h${level} follows h${levels[at - 1]}`);
    });
    assert.equal(new Set(ids(html)).size, ids(html).length, path);
    assert.equal(misnested(html), undefined, path);
  }
});

/** The first closing tag that closes something else, or block in a paragraph; undefined when there is none. */
function misnested(html: string): string | undefined {
  const open: string[] = [];
  const empty = /^(?:meta|link|br|hr|wbr|path|img|input)$/;
  for (const [tag, slash, name = ""] of html
    .replace(/<!doctype[^>]*>/, "")
    .matchAll(/<(\/?)([a-z]\w*)[^>]*>/g)) {
    if (empty.test(name)) continue;
    if (slash === "/") {
      if (open.pop() !== name) return tag;
    } else {
      if (open.includes("p") && /^(?:p|ul|ol|dl|div|pre|section|table|h\d)$/.test(name))
        return `p holds ${tag}`;
      if (open.includes("a") && name === "a") return `a holds ${tag}`;
      open.push(name);
    }
  }
  return open[0];
}

test("the reference links only to anchors that are there, and to the sources' pages that it was told of", async () => {
  const pages = new Map((await built).map(({ path, html }) => [path, html]));
  let sourceLinks = 0;
  for (const [path, html] of pages)
    for (const [, href = ""] of html.matchAll(/<a\b[^>]*href="([^"]*)"/g)) {
      const [file = "", anchor] = href.split("#");
      if (href.startsWith("https://")) continue;
      const target = file === "" ? path : join(dirname(path), file);
      if (target.startsWith("source/")) sourceLinks++;
      const other = pages.get(target);
      if (other !== undefined && anchor) assert.ok(ids(other).includes(anchor), `${path} links to ${href}`);
      if (file !== "" && target.startsWith("api/"))
        assert.ok(other !== undefined, `${path} links to ${href}`);
    }
  assert.ok(sourceLinks > 0);
});

test("a signature's types lead to their entries, under the names that the entry point gives them", async () => {
  const html = (await built).find(({ path }) => path === "api/relukit.html")?.html ?? "";
  const entry =
    /<section class="entry" aria-labelledby="speculate">[\s\S]*?<\/section>/.exec(html)?.[0] ?? "";
  assert.match(entry, /<a href="#SpeculativeSettings">SpeculativeSettings<\/a>/);
  assert.match(entry, /<a href="#Ops">Ops<\/a>/);
  assert.match(entry, /<dt>Throws <code>RangeError<\/code><\/dt>/);
  for (const { entries } of all)
    for (const { signature } of entries) assert.doesNotMatch(signature, /^(?:export|declare)\b|import\(/);
});

const files: Readonly<Record<string, string>> = {
  "a/index.ts": 'export { type Inner as Outer, long } from "./b.ts";\nexport * from "../c.ts";\n',
  "a/b.ts": `import type { C } from "../c.ts";
export interface Inner {
    readonly c: C;
}
/**
 * Definition. More.
 *
 * Paragraph.
 *
 * @param first   what comes
 *                first, [T]
 * @returns y, [T]
 * @throws {RangeError} when not
 */
export declare function long<A>(first: Readonly<Record<string, C>>, second: (a: A, b: A) => Inner): Inner;
`,
  "c.ts": "/** A number. */\nexport type C = number;\nexport declare const f: (x: C) => C;\n",
};

test("entryPoint(name, path, read) follows exports, renames, and puts long parameters in lines", () => {
  const { entries } = entryPoint("x", "a/index.ts", (path) => files[path] ?? "");
  assert.deepEqual(
    entries.map(({ name, kind, module }) => [name, kind, module]),
    [
      ["Outer", "interface", "a/b.ts"],
      ["long", "function", "a/b.ts"],
      ["C", "type", "c.ts"],
      ["f", "function", "c.ts"],
    ],
  );
  const [outer, long] = entries;
  assert.equal(outer?.signature, "interface Outer {\n  readonly c: C;\n}");
  assert.equal(outer?.doc, undefined);
  assert.equal(
    long?.signature,
    "function long<A>(\n  first: Readonly<Record<string, C>>,\n  second: (a: A, b: A) => Inner,\n): Inner",
  );
  assert.deepEqual(long?.doc, {
    text: "Definition. More.\n\nParagraph.",
    params: [{ name: "first", text: "what comes first, [T]" }],
    returns: "y, [T]",
    throws: [{ type: "RangeError", text: "when not" }],
    see: [],
  });
  assert.equal(long?.names.get("C"), "c.ts#C");
});

test("a signature's comments are broken where they are too wide", () => {
  const words = "a word and another one that ".repeat(5).trim();
  const text = `export interface A {\n    /** ${words} */\n    readonly a: number;\n}\n`;
  const [a] = entryPoint("x", "a.ts", () => text).entries;
  const lines = a?.signature.split("\n") ?? [];
  assert.ok(lines.every((line) => line.length <= 88));
  assert.match(lines[2] ?? "", /^ {3}\* \w/);
  assert.equal(
    lines
      .slice(1, -2)
      .join(" ")
      .replace(/ +\* (?!\/)/g, " ")
      .trim(),
    `/** ${words} */`,
  );
});

test("entryPoint(name, path, read) refuses an export that its file does not declare", () => {
  assert.throws(
    () => entryPoint("x", "a.ts", (path) => (path === "a.ts" ? 'export { gone } from "./b.ts";' : "")),
    /^RangeError: api: b\.ts declares no gone, which an entry point exports$/,
  );
});

test("firstSentence(doc) is the first sentence, or what is returned where there is none", () => {
  assert.equal(firstSentence(parseDoc("/** One, e.g. this. Two. */")), "One, e.g. this.");
  assert.equal(firstSentence(parseDoc("/**\n * Adds:\n * y = x + 1. Then.\n */")), "Adds: y = x + 1.");
  assert.equal(firstSentence(parseDoc("/** @returns the sum */")), "the sum");
});
