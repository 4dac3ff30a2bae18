// What `relukit relufy` shows a person: the surgery, then likelihood and zeros before and after, layer by layer.
import type { Activation } from "../reference/ops/contract.ts";
import type { Look, Relufied } from "./relufy-run.ts";

const columns = ["qkv", "up", "down"] as const;

export function page({
  model,
  out,
  family,
  stage,
  shift,
  folded,
  tokens,
  targetSparsity,
  before,
  after,
  activation,
  afterNorm,
}: Relufied): string {
  const row = (label: string, cells: readonly string[]) =>
    `  ${label.padEnd(28)}${cells.map((cell) => cell.padStart(14)).join("")}`;
  const pair = (from: number, to: number) => `${percent(from)} → ${percent(to)}`;
  const zeros = (one: Look["sparsity"], two: Look["sparsity"]) => columns.map((c) => pair(one[c], two[c]));
  const aim = targetSparsity === undefined ? "" : `, for ${percent(targetSparsity)} % zeros in down`;
  return [
    `${model}: ${family}, stage ${stage}${shift === 0 ? "" : `, shift ${shift.toPrecision(6)}${aim}`}`,
    `  activation ${named(activation)}, after norms ${named(afterNorm)}; no weight was changed${folded ? " but the biases, which hold the shift" : ""}`,
    "",
    `  on ${tokens.toLocaleString("en")} tokens, before → after`,
    row("nats a token", [
      `${before.meanNegativeLogLikelihood.toFixed(3)} → ${after.meanNegativeLogLikelihood.toFixed(3)}`,
    ]),
    row("zeros in the input of, %", columns),
    ...before.layers.map((layer, l) => row(`  layer ${l}`, zeros(layer, after.layers[l] ?? layer))),
    row("  mean", zeros(before.sparsity, after.sparsity)),
    "",
    `${out}: written`,
    "",
  ].join("\n");
}

const named = (f: Activation): string =>
  f.kind === "identity" ? "none" : f.shift === 0 ? f.kind : `${f.kind}(x - ${f.shift.toPrecision(6)})`;

const percent = (share: number): string => (100 * share).toFixed(1);
