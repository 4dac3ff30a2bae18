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
  const frame = { x: across, y: { grid: true, ...scale(y) }, marginTop: 56, marginRight: 40 };
  const count = series.reduce((total, one) => total + one.points.length, 0);
  const named = series.map(({ name }) => name).join(", ");
  return drawn(
    { ...frame, ...size },
    [...marks, ...key(series)],
    `${count} points of ${series.length} series: ${named}`,
  );
}

function marksOf({ points }: PointSeries, s: number, joined: boolean): Plot.Markish[] {
  const color = `var(--series-${(s % 6) + 1})`;
  const symbol = symbols[s % symbols.length] ?? "circle";
  const spread = points.filter(({ from, to }) => from !== undefined && to !== undefined);
  return [
    ...(joined ? [Plot.line(points, { x: "x", y: "y", stroke: color, strokeOpacity: 0.5 })] : []),
    Plot.ruleX(spread, { x: "x", y1: "from", y2: "to", stroke: color, strokeWidth: 2 }),
    Plot.dot(points, { x: "x", y: "y", symbol, r: 5, fill: color }),
    Plot.text(
      points.filter(({ label }) => label !== undefined),
      { x: "x", y: "y", text: "label", textAnchor: "start", dx: 9, dy: -7, fill: "currentColor" },
    ),
  ];
}

/** Each series' mark and name above the chart, from the left; none for a single series. */
function key(series: readonly PointSeries[]): Plot.Markish[] {
  if (series.length < 2) return [];
  let dx = 7;
  return series.flatMap(({ name }, s) => {
    const place = { frameAnchor: "top-left" as const, dy: -34 };
    const at = dx;
    dx += 40 + 7.4 * name.length;
    const fill = `var(--series-${(s % 6) + 1})`;
    return [
      Plot.dot([0], { ...place, symbol: symbols[s % symbols.length] ?? "circle", r: 5, dx: at, fill }),
      Plot.text([name], {
        ...place,
        dx: at + 12,
        textAnchor: "start",
        lineAnchor: "middle",
        fill,
        fontWeight: 600,
      }),
    ];
  });
}
