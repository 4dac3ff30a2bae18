// Byte-pair merging in O(n log n): the best pair first, wherever it is, until no pair is left.

/** What a pair of neighbours becomes, and how early: the lowest rank first, the leftmost of equals. */
export interface Merge {
  readonly rank: number;
  readonly id: number;
}

/**
 * Merges neighbours of `ids`, always the pair of lowest rank, the leftmost of equals, until none can be merged.
 *
 * @param ids   the tokens to start from, one for each character or byte
 * @param find  what two neighbours become, if anything
 */
export function merged(
  ids: readonly number[],
  find: (left: number, right: number) => Merge | undefined,
): readonly number[] {
  const n = ids.length;
  if (n < 2) return ids;
  const token = Int32Array.from(ids); // GONE once it has become part of its left neighbour
  const next = new Int32Array(n).map((_, i) => (i + 1 < n ? i + 1 : NONE));
  const previous = new Int32Array(n).map((_, i) => i - 1);
  const queue = new Queue();

  const offer = (at: number): void => {
    const after = at === NONE ? NONE : (next[at] ?? NONE);
    if (after === NONE) return;
    const left = token[at] ?? GONE;
    const right = token[after] ?? GONE;
    const merge = find(left, right);
    if (merge !== undefined) queue.push({ rank: merge.rank, id: merge.id, at, left, right });
  };
  for (let at = 0; at < n; at++) offer(at);

  for (let best = queue.pop(); best !== undefined; best = queue.pop()) {
    const { at, left, right, id } = best;
    const gone = next[at] ?? NONE;
    if (token[at] !== left || gone === NONE || token[gone] !== right) continue; // a neighbour has changed since
    const after = next[gone] ?? NONE;
    token[at] = id;
    token[gone] = GONE;
    next[at] = after;
    if (after !== NONE) previous[after] = at;
    offer(previous[at] ?? NONE);
    offer(at);
  }
  return Array.from(token.filter((id) => id !== GONE));
}

const NONE = -1;
const GONE = -1;

interface Offer extends Merge {
  readonly at: number;
  readonly left: number;
  readonly right: number;
}

const before = (a: Offer, b: Offer): boolean => a.rank < b.rank || (a.rank === b.rank && a.at < b.at);

/** A binary heap: `pop` gives the offer of lowest rank, the leftmost of equals. */
class Queue {
  readonly #heap: Offer[] = [];

  push(offer: Offer): void {
    const heap = this.#heap;
    let i = heap.length;
    for (let up = (i - 1) >> 1; i > 0; i = up, up = (i - 1) >> 1) {
      const parent = heap[up];
      if (parent === undefined || !before(offer, parent)) break;
      heap[i] = parent;
    }
    heap[i] = offer;
  }

  pop(): Offer | undefined {
    const heap = this.#heap;
    const top = heap[0];
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return top;
    let i = 0;
    for (;;) {
      let down = 2 * i + 1;
      let child = heap[down];
      const other = heap[down + 1];
      if (child !== undefined && other !== undefined && before(other, child)) {
        down++;
        child = other;
      }
      if (child === undefined || !before(child, last)) break;
      heap[i] = child;
      i = down;
    }
    heap[i] = last;
    return top;
  }
}
