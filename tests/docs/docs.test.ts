import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../..", import.meta.url));
const pages = [
  ...readdirSync(root).filter((name) => name.endsWith(".md")),
  ...readdirSync(join(root, "docs"), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".md"))
    .map((name) => join("docs", name)),
];
const text = (path: string): string => readFileSync(join(root, path), "utf8");

/** The declaration of an exported name, from `export` to the line that closes it. */
function declaration(path: string, name: string): string | undefined {
  const start = new RegExp(`^export (?:const|function|interface|type) ${name}\\b`, "m").exec(text(path));
  if (!start) return undefined;
  const rest = text(path).slice(start.index);
  return rest.slice(0, rest.search(/^[})\]].*$/m)) + (/^[})\]].*$/m.exec(rest)?.[0] ?? "");
}

for (const page of pages) {
  test(`${page}: every link leads to a file`, () => {
    for (const [, target = ""] of text(page).matchAll(/\]\((?!https?:|#)([^)#\s]+)/g)) {
      assert.ok(
        existsSync(join(root, dirname(page), target)),
        `${page} links to ${target}, which is not there`,
      );
    }
  });

  test(`${page}: quoted code is the code, to the character`, () => {
    for (const [, path = "", name = "", quoted] of text(page).matchAll(
      /<!-- quote (\S+) (\S+) -->\n```ts\n([\s\S]*?)```/g,
    )) {
      assert.equal(quoted?.trimEnd(), declaration(path, name), `${page} quotes ${name} of ${path}`);
    }
  });
}

test("docs/paper-map.md has no empty cell, and every figure of the paper is in it", () => {
  const rows = text("docs/paper-map.md")
    .split("\n")
    .filter((line) => line.startsWith("|"));
  assert.ok(rows.length > 35);
  for (const row of rows) assert.doesNotMatch(row, /\|\s*\|/, row);
  for (const figure of [
    "1a",
    "1b",
    "2a",
    "2b",
    "3",
    "4",
    "5",
    "6",
    "7a",
    "7c",
    "7d",
    "8",
    "9a",
    "9b",
    "10",
    "11",
    "12",
  ])
    assert.ok(
      rows.some((row) => new RegExp(`fig\\. [^|]*\\b${figure}\\b`).test(row)),
      `fig. ${figure}`,
    );
});

test("the README quotes the sparse product, right after its equation", () => {
  assert.match(
    text("README.md"),
    /\$\$y_d[^$]*\$\$[\s\S]{0,200}<!-- quote reference\/ops\/linear.ts activeLinear -->/,
  );
});
