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

/** The bytes as they were, but for the outputs: what one run spoiled, the next is not to suffer from. */
export function restored(picture: Picture, before: Uint8Array): Uint8Array {
  const bytes = before.slice();
  for (const view of picture.views)
    if (view.name.startsWith("out."))
      eachRow(view, (from, to) => bytes.set(picture.bytes.subarray(from, to), from));
  return bytes;
}

/** Bytes that changed and are no output's: of inputs, and of guards. */
export function trespasses(picture: Picture, before: Uint8Array): readonly Misdeed[] {
  const found: Misdeed[] = [];
  const { bytes } = picture;
  for (const view of picture.views) {
    if (view.name.startsWith("out.")) continue;
    const changed: number[] = [];
    let at = 0;
    const width = (view.shape.reduce((a, b) => a * b, 1) || 1) > 0 ? widthOf(view) : 1;
    eachRow(view, (from, to) => {
      for (let b = from; b < to; b++, at++) if (bytes[b] !== before[b]) changed.push(Math.floor(at / width));
    });
    if (changed.length === 0) continue;
    const indices = [...new Set(changed)];
    const sentence = `${view.name} was changed at ${places(indices)}; expected inputs as they were`;
    found.push({ kind: "changes an input", sentence, indices });
  }
  for (const [from, to] of picture.guards)
    for (let b = from; b < to; b++)
      if (bytes[b] !== before[b]) {
        const sentence = `byte ${b} of the picture, ${beside(picture, b)}, was written; expected writes inside of outputs alone`;
        return [...found, { kind: "writes outside", sentence, indices: [] }];
      }
  const head = Math.min(...picture.guards.map(([from]) => from));
  for (let b = 0; b < head; b++)
    if (bytes[b] !== before[b])
      return [
        ...found,
        {
          kind: "writes outside",
          sentence: `byte ${b}, in the head of the picture, was written; expected writes inside of outputs alone`,
          indices: [],
        },
      ];
  return found;
}

const widthOf = (view: View): number => {
  let bytes = 0;
  eachRow(view, (from, to) => {
    bytes += to - from;
  });
  return (
    bytes /
    Math.max(
      1,
      view.shape.reduce((a, b) => a * b, 1),
    )
  );
};

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
  return indices.length > 3 ? `elements ${shown} and ${indices.length - 3} more` : `element ${shown}`;
};
