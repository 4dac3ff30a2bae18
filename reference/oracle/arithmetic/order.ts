// The orders in which kernels add: one after the other, in lanes, in a tree, in parts, or as threads come.

export type Order =
  | "ascending"
  | "descending"
  | "tree"
  | "lanes4"
  | "lanes32"
  | "parts"
  | "inside-out"
  | "by-size";

export const ORDERS: readonly Order[] = [
  "ascending",
  "descending",
  "tree",
  "lanes4",
  "lanes32",
  "parts",
  "inside-out",
  "by-size",
];

type Add = (x: number, y: number) => number;

/** The terms added in that order, from +0. */
export function ordered(order: Order, terms: number[], add: Add): number {
  switch (order) {
    case "ascending":
      return chain(terms, add);
    case "descending":
      return chain(terms.reverse(), add);
    case "tree":
      return tree(terms, add);
    case "lanes4":
      return tree(lanes(terms, 4, add), add);
    case "lanes32":
      return tree(lanes(terms, 32, add), add);
    case "parts":
      return chain(
        parts(terms, 7).map((part) => chain(part, add)),
        add,
      );
    case "inside-out":
      return chain(insideOut(terms), add);
    case "by-size": // positive terms first: partial sums climb as high as they can
      return chain(
        terms.sort((x, y) => y - x),
        add,
      );
  }
}

const chain = (terms: readonly number[], add: Add): number => {
  let sum = 0;
  for (const term of terms) sum = add(sum, term);
  return sum;
};

function tree(terms: readonly number[], add: Add): number {
  if (terms.length <= 1) return terms[0] ?? 0;
  const half = terms.length >> 1;
  return add(tree(terms.slice(0, half), add), tree(terms.slice(half), add));
}

/** Lane l adds the terms l, l + width, l + 2 · width, … */
const lanes = (terms: readonly number[], width: number, add: Add): number[] =>
  Array.from({ length: width }, (_, lane) =>
    chain(
      terms.filter((_, i) => i % width === lane),
      add,
    ),
  );

const parts = (terms: readonly number[], count: number): readonly number[][] => {
  const size = Math.max(1, Math.ceil(terms.length / count));
  return Array.from({ length: Math.ceil(terms.length / size) }, (_, p) =>
    terms.slice(p * size, (p + 1) * size),
  );
};

const insideOut = (terms: readonly number[]): readonly number[] => {
  const middle = terms.length >> 1;
  const [left, right] = [terms.slice(0, middle).reverse(), terms.slice(middle)];
  return right.flatMap((term, i) => [term, ...left.slice(i, i + 1)]);
};
