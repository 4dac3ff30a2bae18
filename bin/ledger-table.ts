// Table 1 of the paper beside the ledger, for `relukit ledger`: what fits, and what is not reproduced.
import { type ArchitectureName, architectures } from "../reference/measure/architectures.ts";
import { dense, type InputSparsity, ledger } from "../reference/measure/ledger.ts";
import { fits, tableOne, withoutFigures } from "../reference/measure/table-one.ts";

export interface TableRow {
  readonly name: string;
  readonly architecture: ArchitectureName;
  readonly percent: InputSparsity | null;
  /** what the ledger gives at the printed sparsities */
  readonly gflopsPerToken: { readonly withoutHead: number; readonly withHead: number };
  readonly printed: number | null;
  readonly verdict: ReturnType<typeof fits>;
  readonly source: string;
}

export function tableRows(independent: boolean): readonly TableRow[] {
  const both = (architecture: ArchitectureName, sparsity: InputSparsity) => {
    const giga = (lmHead: boolean): number =>
      ledger(architectures[architecture], sparsity, { lmHead, independent }).multiplyAdds / 1e9;
    return { withoutHead: giga(false), withHead: giga(true) };
  };
  const rows = tableOne.map((row) => {
    const { name, architecture, percent, gflops: printed, source } = row;
    const sparsity = { qkv: percent.qkv / 100, up: percent.up / 100, down: percent.down / 100 };
    const verdict = fits(row, { independent });
    return {
      name,
      architecture,
      percent,
      gflopsPerToken: both(architecture, sparsity),
      printed,
      verdict,
      source,
    };
  });
  const rest = withoutFigures.map(({ name, architecture }) => ({
    ...{ name, architecture, percent: null, gflopsPerToken: both(architecture, dense), printed: null },
    ...{ verdict: "not reproduced" as const, source: "no figures here" },
  }));
  return [...rows, ...rest];
}

/** The rows as text, 100 columns wide at most. */
export function tableText(rows: readonly TableRow[], independent: boolean): string {
  const line = (name: string, cells: readonly string[], end: string): string =>
    `${name.padEnd(20)}${cells.map((cell, i) => cell.padStart(i < 3 ? 6 : 10)).join("")}   ${end}`.trimEnd();
  const percent = (value: number | undefined): string => (value === undefined ? "-" : `${value}`);
  const body = rows.map(({ name, percent: zeros, gflopsPerToken, printed, verdict, source }) => {
    const { withoutHead, withHead } = gflopsPerToken;
    const cells = [
      ...[percent(zeros?.qkv), percent(zeros?.down), percent(zeros?.up)],
      ...[withoutHead.toFixed(2), withHead.toFixed(2), printed?.toFixed(1) ?? "-"],
    ];
    const said = verdict === "not reproduced" ? verdict : `fits ${verdict}`;
    return line(`${name}${source === "paper" ? "" : " *"}`, cells, said);
  });
  return [
    "Table 1 of the paper: zeros in the inputs in %, and GFLOPs a token, a multiply-add counted once",
    ...(independent ? ["the up projection of Llama skipped for both kinds of zeros: --independent"] : []),
    "",
    line("", ["QKV", "Down", "Up", "no head", "with head", "printed"], ""),
    ...body,
    "",
    "A row fits when the figures that round to the printed one meet what the ledger gives with each",
    "printed sparsity half a point lower to half a point higher (0 is exactly 0), with the head or without.",
    "* from secondary sources, not checked against the paper; of OPT 1.3B no figures are held here, and the",
    "  dense ledger is shown.",
    "",
  ].join("\n");
}
