// Means and spreads of lists of numbers, for reports.

export const total = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0);
export const mean = (values: readonly number[]): number => total(values) / values.length;

/** The standard deviation of a sample, over n − 1; of one value alone it is 0. */
export function deviation(values: readonly number[]): number {
  const center = mean(values);
  const squares = total(values.map((value) => (value - center) * (value - center)));
  return Math.sqrt(squares / Math.max(1, values.length - 1));
}

/** f of the values that the lists have at each place. */
export const over = (
  lists: readonly (readonly number[])[],
  f: (values: readonly number[]) => number,
): readonly number[] => (lists[0] ?? []).map((_, i) => f(lists.map((list) => list[i] ?? Number.NaN)));
