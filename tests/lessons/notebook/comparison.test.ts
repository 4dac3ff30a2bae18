import assert from "node:assert/strict";
import { test } from "node:test";
import { comparable, comparisonHtml } from "../../../lessons/notebook/comparison.ts";
import { matrix } from "../../../reference/tensor.ts";

const drawn = (got: unknown, want: unknown, given?: string): string =>
  comparisonHtml(
    { got: comparable(got), want: comparable(want), ...(given === undefined ? {} : { given }) },
    "ex",
  );

test("comparable(value) tells numbers, lists, records, grids and texts apart", () => {
  assert.deepEqual(comparable(3), { kind: "number", value: 3 });
  assert.deepEqual(comparable([4, 5]), { kind: "numbers", names: ["0", "1"], values: [4, 5] });
  assert.deepEqual(comparable(new Float32Array([0.5])), { kind: "numbers", names: ["0"], values: [0.5] });
  assert.deepEqual(comparable({ up: 1, down: 2 }), {
    ...{ kind: "numbers", names: ["up", "down"], values: [1, 2] },
  });
  const rows = [
    [0, 1],
    [2, 3],
  ];
  assert.deepEqual(comparable(rows), { kind: "grid", rows });
  assert.deepEqual(comparable("relu"), { kind: "text", text: '"relu"' });
  for (const [value, text] of [
    [undefined, "undefined"],
    [null, "null"],
    [true, "true"],
    [[], "[]"],
    [{}, "{}"],
    [["a"], '["a"]'],
    [[1, "a"], '[1, "a"]'],
  ] as const)
    assert.deepEqual(comparable(value), { kind: "text", text });
});

test("comparable(value) makes text of a list that is too long to draw", () => {
  assert.equal(comparable(Array<number>(48).fill(1)).kind, "numbers");
  assert.equal(comparable(Array<number>(49).fill(1)).kind, "text");
});

test("comparable(value) makes a grid of a matrix, and text of one that is too tall or too wide", () => {
  const rows = [
    [0, 1],
    [2, 3],
  ];
  assert.deepEqual(comparable(matrix(2, 2, (r, c) => 2 * r + c)), { kind: "grid", rows });
  assert.equal(comparable(matrix(16, 16, () => 1)).kind, "grid");
  assert.equal(comparable(matrix(17, 16, () => 1)).kind, "text");
  assert.equal(comparable(matrix(16, 17, () => 1)).kind, "text");
});

test("comparisonHtml draws two numbers on one line, with both in words", () => {
  const html = drawn(3, 4);
  assert.match(html, /<title id="ex-both">4 expected, 3 yours<\/title>/);
  assert.match(html, />expected 4</);
  assert.match(html, />yours 3</);
});

test("comparisonHtml draws numbers as columns, and the place that differs stands out", () => {
  const html = drawn([1, 2, 3], [1, 5, 3]);
  assert.match(html, /expected \[1, 5, 3\]; yours \[1, 2, 3\]/);
  const bold = [...html.matchAll(/fill="var\(--bad\)" font-weight="700">([^<]*)</g)].map(([, name]) => name);
  assert.deepEqual(bold, ["1"]);
});

test("comparisonHtml draws a value that one side lacks", () => {
  const html = drawn({ up: 1 }, { up: 1, down: 2 });
  assert.match(html, /fill="var\(--bad\)" font-weight="700">down</);
  assert.equal(
    html.match(/stroke="var\(--link\)" stroke-width="2"\/>/g)?.length,
    3,
    "two columns, one legend",
  );
});

test("comparisonHtml puts two grids side by side and marks -0 beside 0, and NaN only beside a number", () => {
  const html = drawn(
    [
      [1, Number.NaN],
      [-0, Number.NaN],
    ],
    [
      [1, Number.NaN],
      [0, 7],
    ],
  );
  const marked = [...html.matchAll(/<td class="differs">([^<]*)</g)].map(([, text]) => text);
  assert.deepEqual(marked, ["-0", "NaN"]);
});

test("comparisonHtml says in words what no picture holds: NaN, infinities, two kinds", () => {
  for (const [got, want, words] of [
    [Number.NaN, 1, /<dd><code>1<\/code>.*<dd><code>NaN</],
    [[1, Number.POSITIVE_INFINITY], [1, 2], /\[1, 2\].*\[1, Infinity\]/],
    [3, [3], /<code>\[3\]<.*<code>3</],
  ] as const) {
    assert.match(drawn(got, want), words);
    assert.doesNotMatch(drawn(got, want), /<svg|NaN\d|="NaN"/);
  }
});

test("comparisonHtml writes finite coordinates for equal, tiny and huge numbers", () => {
  for (const [got, want] of [
    [0, 0],
    [5e-324, 0],
    [1e300, -1e300],
    [[0], [0]],
  ] as const)
    assert.doesNotMatch(drawn(got, want), /NaN|Infinity/);
});

test("comparisonHtml writes finite coordinates for numbers near the end of the range", () => {
  assert.doesNotMatch(drawn([1e308], [-1e307]), /NaN|Infinity/);
});

test("comparisonHtml makes text of hostile text", () => {
  const hostile = `<img src=x onerror="alert(1)">&'`;
  for (const html of [
    drawn(hostile, "a"),
    drawn(1, 2, hostile),
    drawn({ [hostile]: 1 }, { [hostile]: 2 }),
    drawn([hostile], 1),
  ]) {
    assert.doesNotMatch(html, /<img/);
    assert.match(html, /&lt;img src=x onerror=/);
  }
});
