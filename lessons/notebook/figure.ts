// Charts for cells: lines, bars, histograms and heat maps. Colours are the page's, light and dark, and never say anything
// alone: curves also differ in dashes and carry their names. The text alternative is the cell's `alt`.
import * as Plot from "@observablehq/plot";
import { type Axis, drawn, type Figure, type Size, scale, short } from "./figure-svg.ts";

export type { Axis, Figure, Size } from "./figure-svg.ts";

export interface Series {
  readonly name: string;
  readonly values: readonly number[];
}

const dashes = ["", "7 4", "2 4", "10 4 2 4", "1 3", "12 6"];
const seriesColor = (s: number): string => `var(--series-${(s % 6) + 1})`;
const baseline = (): Plot.Markish => Plot.ruleY([0], { stroke: "currentColor" });
const count = (n: number, noun: string): string => `${n} ${noun}${n === 1 ? "" : "s"}`;

/** One curve a series, over shared x values. */
export function lines({
  x,
  y,
  series,
  ...size
}: {
  readonly x: Axis & { readonly values: readonly number[] };
  readonly y: Axis;
  readonly series: readonly Series[];
} & Size): Figure {
  const curves = series.map(({ values }, s) => {
    const points = values.map((value, i) => ({ x: x.values[i] ?? i, y: value }));
    const style = {
      stroke: seriesColor(s),
      strokeWidth: 2,
      strokeDasharray: dashes[s % dashes.length] ?? "",
    };
    return Plot.line(points, { x: "x", y: "y", ...style });
  });
  const places = apart(series, y);
  const names = series.map(({ name }, s) => {
    const at = [{ x: x.values.at(-1) ?? 0, y: places[s] ?? 0, name }];
    return Plot.text(at, {
      x: "x",
      y: "y",
      text: "name",
      fill: seriesColor(s),
      textAnchor: "start",
      dx: 8,
      fontWeight: 600,
    });
  });
  const longest = Math.max(...series.map(({ name }) => name.length));
  const alone = series.length === 1;
  const text = `${count(series.length, "curve")}: ${series.map(({ name }) => name).join(", ")}`;
  const frame = { x: scale(x), y: { grid: true, ...scale(y) }, marginRight: alone ? 24 : 24 + 7.6 * longest };
  return drawn({ ...frame, ...size }, [...curves, ...(alone ? [] : names)], text);
}

/** Where the curves' names go: at their last values, moved apart where they would overlap. */
function apart(series: readonly Series[], { domain, type }: Axis): number[] {
  const [to, from] =
    type === "log" ? [Math.log10, (v: number) => 10 ** v] : [(v: number) => v, (v: number) => v];
  const all = (domain ?? series.flatMap(({ values }) => values)).map(to).filter(Number.isFinite);
  const gap = (Math.max(...all) - Math.min(...all)) / 14;
  const ends = series.map(({ values }, s) => ({ s, at: to(values.at(-1) ?? 0) })).sort((a, b) => a.at - b.at);
  let above = Number.NEGATIVE_INFINITY;
  const places = new Array<number>(series.length).fill(0);
  for (const { s, at } of ends) {
    above = Math.max(at, above + gap);
    places[s] = from(above);
  }
  return places;
}

/** One bar a name. */
export function bars({
  x,
  y,
  values,
  ...size
}: {
  readonly x: Axis;
  readonly y: Axis;
  readonly values: readonly { readonly name: string; readonly value: number }[];
} & Size): Figure {
  const marks = [Plot.barY(values, { x: "name", y: "value", fill: seriesColor(0) }), baseline()];
  const domain = values.map(({ name }) => name);
  const frame = { x: { label: x.label, domain }, y: { grid: true, ...scale(y) } };
  return drawn({ ...frame, ...size }, marks, count(values.length, "bar"));
}

/** How many of `values` fall in each of `bins` equal intervals of x's domain; the end bars count outliers too. */
export function histogram({
  x,
  y = { label: "count" },
  values,
  bins = 40,
  ...size
}: {
  readonly x: Axis;
  readonly y?: Axis;
  readonly values: ArrayLike<number>;
  readonly bins?: number;
} & Size): Figure {
  const all = Array.from(values);
  const [low, high] = x.domain ?? extent(all);
  const width = (high - low) / bins || 1;
  const counts = new Array<number>(bins).fill(0);
  for (const value of all) {
    const bin = Math.min(bins - 1, Math.max(0, Math.floor((value - low) / width)));
    counts[bin] = (counts[bin] ?? 0) + 1;
  }
  const data = counts.map((n, i) => ({ x1: low + i * width, x2: low + (i + 1) * width, n }));
  const marks = [
    Plot.rectY(data, { x1: "x1", x2: "x2", y: "n", fill: seriesColor(0), inset: 0.5 }),
    baseline(),
  ];
  return drawn(
    { x: scale(x), y: { grid: true, ...scale(y) }, ...size },
    marks,
    `histogram of ${count(all.length, "value")}`,
  );
}

/** The least and the greatest, for lists of any length. */
function extent(values: readonly number[]): [number, number] {
  return values.reduce<[number, number]>(
    ([low, high], value) => [Math.min(low, value), Math.max(high, value)],
    [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY],
  );
}

/**
 * A grid of colours: exact zeros blank, and the other values in `steps` classes from the least to the greatest. The
 * legend has a swatch a class, and one for zero when there is one.
 */
export function heatMap({
  x,
  y,
  rows,
  steps = 5,
  ...size
}: {
  readonly x: Axis;
  readonly y: Axis;
  readonly rows: readonly (readonly number[])[];
  readonly steps?: number;
} & Size): Figure {
  const cells = rows.flatMap((row, r) => row.map((value, c) => ({ r, c, value })));
  const others = cells.filter(({ value }) => value !== 0);
  const [low, high] = extent(others.map(({ value }) => value));
  const step = (high - low) / steps || 1;
  const classOf = (value: number): number => Math.min(steps - 1, Math.floor((value - low) / step));
  const color = (k: number): string => `var(--heat-${Math.round((k * 6) / Math.max(1, steps - 1)) + 1})`;
  const classes = Array.from({ length: others.length === 0 ? 0 : steps }, (_, k) => ({
    ...{ fill: color(k), label: `${k === 0 ? `${short(low)} to` : "to"} ${short(low + (k + 1) * step)}` },
  }));
  const zero = others.length < cells.length ? [{ fill: "none", label: "0" }] : [];
  const columns = rows[0]?.length ?? 0;
  const area = { x1: "c", x2: (d: { c: number }) => d.c + 1, y1: "r", y2: (d: { r: number }) => d.r + 1 };
  const marks = [
    Plot.rect(others, { ...area, fill: (d: { value: number }) => color(classOf(d.value)), inset: 0.5 }),
    Plot.rect([0], {
      ...{ x1: 0, x2: columns, y1: 0, y2: rows.length },
      stroke: "currentColor",
      strokeOpacity: 0.25,
    }),
    Plot.axisX(indices(columns), { x: (c: number) => c + 0.5, text: String, label: x.label, tickSize: 0 }),
    Plot.axisY(indices(rows.length), {
      y: (r: number) => r + 0.5,
      text: String,
      label: y.label,
      tickSize: 0,
    }),
    ...legend([...zero, ...classes]),
  ];
  const frame = { x: { domain: [0, columns] }, y: { domain: [rows.length, 0] }, marginTop: 56 };
  const counts = `${rows.length} × ${columns} values, ${cells.length - others.length} of them 0`;
  const range = others.length === 0 ? "" : `, the others from ${short(low)} to ${short(high)}`;
  return drawn({ ...frame, ...size }, marks, `heat map of ${counts}${range}`);
}

/** Swatches with their labels above the chart, from the left. */
function legend(classes: readonly { readonly fill: string; readonly label: string }[]): Plot.Markish[] {
  let dx = 7;
  return classes.flatMap(({ fill, label }) => {
    const place = { frameAnchor: "top-left" as const, dy: -22 };
    const at = dx;
    dx += 32 + 7.2 * label.length;
    return [
      Plot.dot([0], {
        ...place,
        symbol: "square",
        r: 7,
        dx: at,
        fill,
        stroke: "currentColor",
        strokeOpacity: 0.35,
      }),
      Plot.text([label], { ...place, dx: at + 13, textAnchor: "start", lineAnchor: "middle" }),
    ];
  });
}

/** Indices below n for an axis: all of them, or every second, fifth, tenth … so that at most 20 are shown. */
function indices(n: number): number[] {
  const step = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000].find((s) => n / s <= 20) ?? n;
  return Array.from({ length: Math.ceil(n / step) }, (_, i) => i * step);
}
