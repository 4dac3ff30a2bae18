// All figures together: every figure of the paper has one, and the committed page is what the command draws.
import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";
import { figures } from "../../../bin/figures/index.ts";
import { ended } from "../command.ts";

const root = fileURLToPath(new URL("../../..", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "relukit-figures-"));
after(() => rmSync(folder, { recursive: true }));

test("every figure of the paper has a counterpart, each with an id of its own", () => {
  const ids = figures.map(({ id }) => id);
  assert.equal(new Set(ids).size, ids.length);
  for (const wanted of ["1a", "1b", "1c", "2a", "2b", "2c", "2d", "3", "4a", "4b", "5", "6"])
    assert.ok(ids.includes(wanted), wanted);
  for (const wanted of ["7a", "7b", "7c", "7d", "8", "9a", "9b", "10", "11", "12"])
    assert.ok(ids.includes(wanted), wanted);
});

test("each figure has a text alternative that says numbers, and none that is not one", () => {
  for (const { id, title, source, draw } of figures) {
    const { figure, alt } = draw();
    assert.match(figure.svg, /^<svg viewBox/, id);
    assert.ok(alt.length > 80 && /\d/.test(alt) && !/NaN|undefined|null|Infinity/.test(alt), `${id}: ${alt}`);
    assert.ok(title.length > 10 && source.length > 10, id);
  }
});

test("docs/figures is what relukit figures draws, file by file", async () => {
  const { code, err } = await ended("figures", "--out", folder);
  assert.equal(code, 0, err);
  const committed = join(root, "docs/figures");
  assert.deepEqual(readdirSync(committed).sort(), readdirSync(folder).sort());
  for (const file of readdirSync(folder))
    assert.equal(
      readFileSync(join(committed, file), "utf8"),
      readFileSync(join(folder, file), "utf8"),
      `${file}; relukit figures --out docs/figures draws it again`,
    );
});

test("a figure's file has its title, its alternative, and colours for light and dark", () => {
  const svg = readFileSync(join(folder, "figure-7a.svg"), "utf8");
  assert.match(svg, /^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg" role="img"/);
  assert.match(svg, /<title>Figure 7a\. [^<]+<\/title><desc>[^<]{80,}<\/desc><style>/);
  assert.match(svg, /--series-1: #[0-9a-f]{6};.*prefers-color-scheme:dark.*--series-1: #[0-9a-f]{6};/s);
});

test("figures refuses an unknown id and a folder that cannot be made; --list and --json tell what there is", async () => {
  const wrong = await ended("figures", "99z");
  assert.equal(wrong.code, 2);
  assert.match(wrong.err, /^relukit: 99z: no such figure; expected some of 1a, 1b/);
  assert.equal((await ended("figures", "7a", "--out", "/proc/none")).code, 2);
  assert.match((await ended("figures", "--list")).out, /^1a +Zeros of the hidden layer/);
  const [one] = JSON.parse((await ended("figures", "9a", "--json")).out);
  assert.equal(one.id, "9a");
  assert.ok(one.alt.length > 80);
});
