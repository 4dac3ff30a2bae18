// A weights record is a tree of tensors. A projection is known by its weight tensor, a tensor by its path in the tree.
import type { Tensor } from "./tensor.ts";

/**
 * Each tensor with its path, such as `layers.0.down`; a tied tensor has several, joined by " = ".
 *
 * @param weights  a record whose leaves are tensors
 */
export function names(weights: unknown): ReadonlyMap<Tensor, string> {
  const found = new Map<Tensor, string>();
  visit(weights, "", (tensor, path) =>
    found.set(tensor, [found.get(tensor), path].filter(Boolean).join(" = ")),
  );
  return found;
}

/**
 * The same tree with f of each tensor, called once for each: a tied tensor stays tied.
 *
 * @param f  gives a tensor of the shape and labels that it gets
 */
export function mapTensors<W>(weights: W, f: (tensor: Tensor, path: string) => Tensor): W {
  const fresh = new Map([...names(weights)].map(([tensor, path]) => [tensor, f(tensor, path)]));
  return rebuilt(weights, fresh) as W;
}

/** Every tensor in a value: a tensor itself, or those in a record, an array, or a map's keys and values. */
export function tensorsIn(value: unknown): ReadonlySet<Tensor> {
  const found = new Set<Tensor>();
  visit(value, "", (tensor) => found.add(tensor));
  return found;
}

/** Whether a value is a tensor: what has a shape and strides. */
export const isTensor = (value: unknown): value is Tensor =>
  typeof value === "object" && value !== null && "shape" in value && "stride" in value;

function visit(value: unknown, path: string, tell: (tensor: Tensor, path: string) => void): void {
  if (isTensor(value)) tell(value, path);
  else if (value instanceof Map) for (const entry of value) visit(entry, path, tell);
  else if (typeof value === "object" && value !== null) {
    for (const [key, inner] of Object.entries(value)) visit(inner, path ? `${path}.${key}` : key, tell);
  }
}

function rebuilt(value: unknown, fresh: ReadonlyMap<Tensor, Tensor>): unknown {
  if (isTensor(value)) return fresh.get(value);
  if (Array.isArray(value)) return value.map((inner) => rebuilt(inner, fresh));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, rebuilt(inner, fresh)]));
}
