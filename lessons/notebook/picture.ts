// The moving picture of the first page as values: a recording of a model that wrote a text, what fired in it for each
// token, and what is counted and drawn of that. No page and no Node in it: both sides draw with the same functions.

/** A text that a shipped model wrote, and which neurons fired for each of its tokens. */
export interface Recording {
  /** a folder of fixtures/models */
  readonly model: string;
  /** weights of the whole model */
  readonly parameters: number;
  readonly prompt: string;
  readonly sampling: { readonly seed: number; readonly temperature: number; readonly topP: number };
  /** layers, neurons a layer, and weights in the row of a neuron */
  readonly sizes: { readonly L: number; readonly F: number; readonly D: number };
  /** bytes of one weight, as the file of the model has it */
  readonly bytesPerWeight: number;
  readonly tokens: readonly Written[];
}

/** A token that was written, and what fired in the pass that chose it. */
export interface Written {
  readonly text: string;
  /** bit l·F + f, lowest first, base64: whether neuron f of layer l fired, that is, was not zero */
  readonly fires: string;
}

/** Rows of the down projections: one for each neuron of each layer, for each token. */
export interface Rows {
  readonly read: number;
  readonly skipped: number;
}

/** Bits as base64, the lowest of each byte first. */
export function packed(bits: readonly boolean[]): string {
  const bytes = new Uint8Array(Math.ceil(bits.length / 8));
  for (const [i, bit] of bits.entries()) if (bit) bytes[i >> 3] = (bytes[i >> 3] ?? 0) | (1 << (i & 7));
  return btoa(String.fromCharCode(...bytes));
}

/**
 * The neurons that fired, ascending, a list for each layer.
 *
 * @throws {RangeError} when the bits are not those of L layers of F neurons
 */
export function firing({ fires }: Written, { L, F }: Recording["sizes"]): readonly (readonly number[])[] {
  const bytes = atob(fires);
  const wanted = Math.ceil((L * F) / 8);
  if (bytes.length !== wanted)
    throw new RangeError(
      `firing: fires has ${bytes.length} bytes; expected ${wanted}, a bit for each of L = ${L} layers of F = ${F} neurons`,
    );
  const on = (i: number): boolean => ((bytes.charCodeAt(i >> 3) >> (i & 7)) & 1) === 1;
  const neurons = Array.from({ length: F }, (_, f) => f);
  return Array.from({ length: L }, (_, l) => neurons.filter((f) => on(l * F + f)));
}

/** What was read and skipped up to each token: element n is the sum over the first n of them. */
export function rowsUpTo(
  layers: readonly (readonly (readonly number[])[])[],
  { L, F }: Recording["sizes"],
): readonly Rows[] {
  const sums: Rows[] = [{ read: 0, skipped: 0 }];
  for (const token of layers) {
    const { read, skipped } = sums.at(-1) ?? { read: 0, skipped: 0 };
    const now = token.reduce((sum, neurons) => sum + neurons.length, 0);
    sums.push({ read: read + now, skipped: skipped + L * F - now });
  }
  return sums;
}

/** The share of rows that were skipped, in [0, 1]; 0 before the first. */
export const shareSkipped = ({ read, skipped }: Rows): number =>
  read + skipped === 0 ? 0 : skipped / (read + skipped);

/** A whole number with its thousands set apart: `12,345`. */
export const whole = (n: number): string => n.toLocaleString("en");
/** A share as a percentage: `90.4 %`. */
export const percent = (share: number): string => `${(100 * share).toFixed(1)}\u00a0%`;
/** Bytes as megabytes, 10⁶ of them: `29.3 MB`. */
export const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(1)}\u00a0MB`;

/**
 * The tokens' texts as they flow: the book's line ends become spaces, and of several in a row one is left, which ends a
 * paragraph. Each token keeps its place.
 */
export function flowing(texts: readonly string[]): readonly string[] {
  const whole = texts.join("");
  let at = 0;
  return texts.map((text) => {
    const from = at;
    at += text.length;
    return [...text].map((letter, i) => (letter === "\n" ? lineEnd(whole, from + i) : letter)).join("");
  });
}

function lineEnd(text: string, at: number): string {
  if (text[at - 1] === "\n") return "";
  return text[at + 1] === "\n" ? "\n" : " ";
}

/** Neurons in a row of the drawing. */
export const columns = 64;
/** The rows of a layer's drawing. */
export const linesOf = (F: number): number => Math.ceil(F / columns);
/** The tokens for which a neuron that fired stays visible, itself included. */
export const ages = 5;

/** Neurons as the data of a path in units of their distance: a line of no length each, a dot where its ends are round. */
export const dots = (neurons: readonly number[]): string =>
  neurons.map((f) => `M${f % columns}.5 ${Math.floor(f / columns)}.5h0`).join("");

/** For each age, youngest first, the neurons of a layer that fired last so many tokens before token `at`. */
export function byAge(
  layers: readonly (readonly (readonly number[])[])[],
  layer: number,
  at: number,
): readonly (readonly number[])[] {
  const seen = new Set<number>();
  return Array.from({ length: ages }, (_, age) => {
    const fresh = (layers[at - age]?.[layer] ?? []).filter((f) => !seen.has(f));
    for (const f of fresh) seen.add(f);
    return fresh;
  });
}
