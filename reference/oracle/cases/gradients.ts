// Cases of the products' gradients. Those of other operators are beside their operator's.
import type { Case } from "../case.ts";
import type { FloatDtype } from "../float-formats.ts";
import { caseOf, coded, type Maker, oneHot } from "./making.ts";

const SIZES: readonly (readonly [T: number, I: number, O: number])[] = [
  [6, 6, 6],
  [2, 71, 3],
  [2, 3, 71],
  [37, 3, 2],
  [1, 5, 3],
  [2, 17, 9],
  [3, 7, 33],
  [9, 4, 5],
  [17, 3, 2],
];

export const gradientCases = (dtype: FloatDtype): readonly Case[] => [
  ...SIZES.flatMap(([T, I, O]) => {
    const name = `tails-${T}-${I}-${O}`;
    const w = (make: Maker, ...shape: readonly number[]) => make.whole(shape, 2);
    return [
      caseOf("linear.gradient", dtype, "exact", name, (make) => ({
        dy: w(make, T, O),
        x: w(make, T, I),
        w: w(make, I, O),
        b: w(make, O),
      })),
      caseOf("gatedLinear.gradient", dtype, "exact", name, (make) => ({
        dh: make.whole([T, O], 1),
        x: w(make, T, I),
        w: w(make, O, I),
        g: make.whole([T, O], 2, 0.5),
      })),
      caseOf("unembed.gradient", dtype, "exact", name, (make) => ({
        dz: w(make, T, O),
        x: w(make, T, I),
        table: w(make, O, I),
      })),
    ];
  }),
  caseOf("linear.gradient", dtype, "exact", "without-bias", (make) => ({
    dy: oneHot(make, 5, 5),
    x: coded(make, [5, 7]),
    w: coded(make, [7, 5]),
  })),
  caseOf(
    "linear.gradient",
    dtype,
    "bounded",
    "random",
    (make) => ({
      dy: make.normal([11, 19]),
      x: make.normal([11, 23]),
      w: make.normal([23, 19]),
      b: make.normal([19]),
    }),
    { random: true, sequence: true },
  ),
  caseOf(
    "gatedLinear.gradient",
    dtype,
    "bounded",
    "random",
    (make) => ({
      dh: make.normal([7, 21]),
      x: make.normal([7, 18]),
      w: make.normal([21, 18]),
      g: make.of([7, 21], () => Math.max(0, make.draw.normal())),
    }),
    { random: true, sequence: true },
  ),
  caseOf(
    "unembed.gradient",
    dtype,
    "bounded",
    "random",
    (make) => ({ dz: make.normal([6, 27]), x: make.normal([6, 15]), table: make.normal([27, 15]) }),
    { random: true, sequence: true },
  ),
];
