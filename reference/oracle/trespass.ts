// Memory that is not a kernel's to write: inputs, guards, the head of the picture. What changed there is told and undone.
import { eachRow, type Picture, type View } from "./picture.ts";

/** What a kernel did besides computing, or instead of it. */
export interface Misdeed {
  readonly kind:
    | "unwritten"
    | "reads its output"
    | "writes outside"
    | "changes an input"
    | "stale"
    | "not repeatable";
  /** one sentence */
  readonly sentence: string;
  /** the elements concerned */
  readonly indices: readonly number[];
  readonly output?: string;
}

const isOutput = ({ name }: View): boolean => name.startsWith("out.");

/** The bytes as they were, but for the outputs: what one run spoiled, the next is not to suffer from. */
export function restored(picture: Picture, before: Uint8Array): Uint8Array {
  const bytes = before.slice();
  for (const view of picture.views.filter(isOutput))
    eachRow(view, (from, to) => bytes.set(picture.bytes.subarray(from, to), from));
  return bytes;
}

/** What changed and is no output's: each input that did, and the first byte outside of all tensors. */
export const trespasses = (picture: Picture, before: Uint8Array): readonly Misdeed[] => [
  ...picture.views.filter((view) => !isOutput(view)).flatMap((view) => spoiled(picture, view, before)),
  ...outside(picture, before),
];

/** The elements of an input that were changed. */
function spoiled({ bytes }: Picture, view: View, before: Uint8Array): readonly Misdeed[] {
  const changed = new Set<number>();
  let row = 0;
  eachRow(view, (from, to) => {
    const columns = view.shape.at(-1) ?? 1;
    const width = (to - from) / columns;
    for (let b = from; b < to; b++)
      if (bytes[b] !== before[b]) changed.add(row * columns + Math.floor((b - from) / width));
    row += 1;
  });
  if (changed.size === 0) return [];
  const indices = [...changed];
  const sentence = `${view.name} was changed at ${places(indices)}; expected inputs as they were`;
  return [{ kind: "changes an input", sentence, indices }];
}

/** The first byte of a guard that was written; where none was, the first of the head. */
function outside(picture: Picture, before: Uint8Array): readonly Misdeed[] {
  const { bytes, guards } = picture;
  const head = Math.min(...guards.map(([from]) => from));
  for (const [from, to] of [...guards, [0, head] as const])
    for (let b = from; b < to; b++)
      if (bytes[b] !== before[b]) {
        const where = b < head ? "in its head" : beside(picture, b);
        const sentence = `byte ${b} of the picture, ${where}, was written; expected writes inside of outputs alone`;
        return [{ kind: "writes outside", sentence, indices: [] }];
      }
  return [];
}

/** Which tensor a guard's byte is next to. */
function beside({ views }: Picture, at: number): string {
  const before = views.filter(({ offset }) => offset <= at).at(-1);
  return before
    ? `past or between the rows of ${before.name}`
    : `before ${views[0]?.name ?? "the first tensor"}`;
}

/** Some of the elements concerned, in words. */
export const places = (indices: readonly number[]): string => {
  const shown = indices.slice(0, 3).join(", ");
  if (indices.length > 3) return `elements ${shown} and ${indices.length - 3} more`;
  return `${indices.length === 1 ? "element" : "elements"} ${shown}`;
};
