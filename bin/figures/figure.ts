// What a figure of the paper has here: a drawing from committed results or from a formula, and words that say what it shows.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Figure } from "../../lessons/notebook/figure.ts";
import { root } from "../root.ts";

export interface PaperFigure {
  /** the paper's number of it, such as 7a, with a word after it where several of ours are about it */
  readonly id: string;
  readonly title: string;
  /** what the numbers come from: a file of fixtures, a command, or a formula */
  readonly source: string;
  draw(): Drawing;
}

export interface Drawing {
  readonly figure: Figure;
  /** The text alternative, made of the numbers that are drawn. */
  readonly alt: string;
}

/** A committed result, by the experiment's name. */
export const result = <R>(name: string): R =>
  JSON.parse(readFileSync(join(root, `fixtures/results/${name}.json`), "utf8"));

/** 0.4567 as 45.7. */
export const percent = (share: number): string => (100 * share).toFixed(1);

export const decimals = (value: number, digits: number): string => value.toFixed(digits);
