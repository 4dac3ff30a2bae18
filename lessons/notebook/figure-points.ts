// Charts of single measurements: points with their intervals, each series with a mark of its own, joined if asked.
import * as Plot from "@observablehq/plot";
import { type Axis, drawn, type Figure, type Size, scale } from "./figure-svg.ts";

export interface Point {
  readonly x: number | string;
  readonly y: number;
  /** the ends of its interval, if it has one */
  readonly from?: number;
  readonly to?: number;
  /** a word beside it */
  readonly label?: string;
}

export interface PointSeries {
  readonly name: string;
  readonly points: readonly Point[];
}

const symbols = ["circle", "square", "triangle", "diamond", "star", "cross"] as const;

/** The points of each series; numbers for x make a scale, words a row of places in their order. */
export function points({
  x,
  y,
  series,
  joined = false,
  ...size
}: {
  readonly x: Axis;
  readonly y: Axis;
  readonly series: readonly PointSeries[];
  /** draws a line through the points of each series */
  readonly joined?: boolean;
} & Size): Figure {
  const words = series
    .flatMap((one) => one.points.map((point) => point.x))
    .filter((at) => typeof at === "string");
  const marks = series.flatMap((one, s) => marksOf(one, s, joined));
  const across =
    words.length > 0 ? { label: x.label, domain: [...new Set(words)], type: "point" as const } : scale(x);
  const named = series.length < 2 ? [] : entries(series, size.width ?? 640);
  const rows = Math.max(0, ...named.map(({ row }) => row + 1));
  const labels = series.flatMap((one) => one.points.map(({ label = "" }) => label.length));
  const marginRight = Math.max(40, 16 + 7.6 * Math.max(0, ...labels));
  const frame = {
    x: across,
    y: { grid: true, ...(y.domain ? {} : { insetBottom: 14 }), ...scale(y) },
    marginTop: 36 + ROW * rows,
    marginRight,
  };
  const count = series.reduce((total, one) => total + one.points.length, 0);
  const list = series.map(({ name }) => name).join(", ");
  return drawn(
    { ...frame, ...size },
    [...marks, ...key(named, rows)],
    `${count} points of ${series.length} series: ${list}`,
  );
}

function marksOf({ points }: PointSeries, s: number, joined: boolean): Plot.Markish[] {
  const color = `var(--series-${(s % 6) + 1})`;
  const symbol = symbols[s % symbols.length] ?? "circle";
  const spread = points.filter(({ from, to }) => from !== undefined && to !== undefined);
  const beside = { x: "x", y: "y", text: "label", textAnchor: "start" as const, dx: 9, fill: "currentColor" };
  return [
    ...(joined ? [Plot.line(points, { x: "x", y: "y", stroke: color, strokeOpacity: 0.5 })] : []),
    Plot.ruleX(spread, { x: "x", y1: "from", y2: "to", stroke: color, strokeWidth: 2 }),
    Plot.dot(points, { x: "x", y: "y", symbol, r: 5, fill: color }),
    ...points.flatMap((point, i) =>
      point.label === undefined ? [] : [Plot.text([point], { ...beside, dy: i % 2 === 0 ? 14 : -8 })],
    ),
  ];
}

interface Entry {
  readonly name: string;
  readonly s: number;
  readonly row: number;
  readonly dx: number;
}

/** Where each series' mark and name stand above the chart: from the left, in as many rows as they need. */
function entries(series: readonly PointSeries[], width: number): readonly Entry[] {
  let [row, dx] = [0, 7];
  return series.map(({ name }, s) => {
    const needed = 40 + 7.4 * name.length;
    if (dx > 7 && dx + needed > width - 80) [row, dx] = [row + 1, 7];
    const entry = { name, s, row, dx };
    dx += needed;
    return entry;
  });
}

const ROW = 20;

function key(series: readonly Entry[], rows: number): Plot.Markish[] {
  return series.flatMap(({ name, s, row, dx }) => {
    const place = { frameAnchor: "top-left" as const, dy: -34 - ROW * (rows - 1 - row) };
    const fill = `var(--series-${(s % 6) + 1})`;
    return [
      Plot.dot([0], { ...place, symbol: symbols[s % symbols.length] ?? "circle", r: 5, dx, fill }),
      Plot.text([name], {
        ...place,
        dx: dx + 12,
        textAnchor: "start",
        lineAnchor: "middle",
        fill,
        fontWeight: 600,
      }),
    ];
  });
}
