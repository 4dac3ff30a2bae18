// Iterator helpers of ECMAScript 2025 where the engine has none: jax-js calls them, and Node 20 lacks them.

type Helper = (this: Iterable<unknown>, f: (value: unknown, i: number) => unknown) => unknown;

const helpers: Readonly<Record<string, Helper>> = {
  map(f) {
    return [...this].map(f)[Symbol.iterator]();
  },
  filter(f) {
    return [...this].filter(f)[Symbol.iterator]();
  },
  flatMap(f) {
    return [...this].flatMap(f)[Symbol.iterator]();
  },
  every(f) {
    return [...this].every(f);
  },
  some(f) {
    return [...this].some(f);
  },
  find(f) {
    return [...this].find(f);
  },
  forEach(f) {
    for (const [i, value] of [...this].entries()) f(value, i);
  },
  toArray() {
    return [...this];
  },
};

/** Adds those that are missing to every iterator. */
export function fillIn(): void {
  const iterator = Object.getPrototypeOf(Object.getPrototypeOf([][Symbol.iterator]()));
  for (const [name, value] of Object.entries(helpers))
    if (!(name in iterator))
      Object.defineProperty(iterator, name, { value, writable: true, configurable: true });
}
