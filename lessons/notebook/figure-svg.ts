// What every figure shares: its axes, and Observable Plot's drawing as plain SVG that a page can colour.
import * as Plot from "@observablehq/plot";
import { parseHTML } from "linkedom";

/** A chart that a cell can show. */
export interface Figure {
  readonly svg: string;
  /** what kind of chart it is, and of how much */
  readonly text: string;
}

export interface Axis {
  readonly label: string;
  readonly domain?: readonly [number, number];
  readonly type?: "linear" | "log";
}

/** Pixels, 640 × 300 when left out; a page scales the figure to its column. */
export interface Size {
  readonly width?: number;
  readonly height?: number;
}

/** An axis in Plot's words. */
export const scale = ({ label, domain, type }: Axis): Plot.ScaleOptions => ({
  label,
  ...(domain === undefined ? {} : { domain: [...domain] }),
  ...(type === undefined ? {} : { type }),
});

/** A number for a label, with 3 significant digits. */
export const short = (value: number): string => String(Number(value.toPrecision(3)));

/** The marks as a figure that shows itself below its cell. */
export function drawn(options: Plot.PlotOptions, marks: readonly Plot.Markish[], text: string): Figure {
  const { document } = parseHTML("<!doctype html><html><body></body></html>");
  const frame = { width: 640, height: 300, marginLeft: 60, marginTop: 30, marginBottom: 46 };
  const dom = document as unknown as NonNullable<Plot.PlotOptions["document"]>;
  const plot = Plot.plot({ ...frame, ...options, document: dom, marks: [...marks] });
  const figure = { svg: plain(plot.outerHTML), text };
  const display = (): object => ({ "text/plain": `[figure: ${text}]`, "image/svg+xml": figure.svg });
  return Object.assign(figure, { [Symbol.for("Jupyter.display")]: display });
}

/** Plot's markup without its style sheet and labels, and with coordinates that are equal on every engine. */
function plain(svg: string): string {
  const viewBox = /viewBox="[^"]*"/.exec(svg)?.[0] ?? "";
  return svg
    .replace(/<style>[\s\S]*?<\/style>/g, "")
    .replace(/^<svg[^>]*>/, `<svg ${viewBox} text-anchor="middle" font-size="13" fill="currentColor">`)
    .replace(/ (?:aria-label|class|style)="[^"]*"/g, "")
    .replace(/-?\d+\.\d{3,}(?=[^<>]*>)/g, (n) => String(Math.round(Number(n) * 100) / 100));
}
