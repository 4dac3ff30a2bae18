// relukit ledger: multiply-adds and bytes of a token by sizes and sparsities, and the paper's table 1 recomputed.
import type { Command } from "commander";
import type { Architecture } from "../reference/measure/architectures.ts";
import type { InputSparsity, Ledger, Projection } from "../reference/measure/ledger.ts";
import { number, short } from "./numbers.ts";
import { type Terminal, WrongUse } from "./terminal.ts";

interface Options extends Partial<InputSparsity> {
  readonly model?: string;
  readonly lmHead?: boolean;
  readonly independent?: boolean;
  readonly json?: boolean;
}

const share = number({ from: 0, to: 1 });

export function addLedger(program: Command, terminal: Terminal): void {
  program
    .command("ledger")
    .description("FLOPs and bytes of a token under given sparsities; without --model, the paper's table 1.")
    .option(
      "-m, --model <name>",
      "falcon-7b, llama-7b, opt-6.7b, opt-2.7b, opt-1.3b, or a model's path or name",
    )
    .option("--qkv <s>", "fraction of zeros in the input of Q, K and V, in [0, 1] (default: 0)", share)
    .option("--down <s>", "fraction of zeros in the input of down (default: 0)", share)
    .option("--up <s>", "fraction of zeros in the input of up, and of the gate (default: 0)", share)
    .option("--lm-head", "counts the unembedding too")
    .option(
      "--independent",
      "skips a gated up projection for zeros on either side, not for the larger of the two",
    )
    .option("--json", "prints one JSON document")
    .addHelpText("after", notes)
    .action((options: Options) => run(options, terminal));
}

const notes = `
gflopsPerToken  10⁹ multiply-adds of the linear layers, each counted once, as the paper counts its FLOPs; attention
                scores, norms and biases are left out
bytesPerToken   of the weights read for one token, each once, in three formats
--independent   a gated up projection has zeros on both sides: of its input and of its gate. A matrix lies in memory in
                one order, so whole rows can be skipped for one side only: the rule is the larger of the two, and it fits
                the paper. Counting both as independent, (1 - up)(1 - down), gives 2.60 for Llama 7B stage 2, not 2.9.

Examples:
  relukit ledger
  relukit ledger --model falcon-7b --qkv 0.56 --down 0.95 --up 0.56
  relukit ledger --model llama-7b --qkv 0.51 --down 0.65 --up 0.67 --lm-head --json
  relukit ledger --model opt-relu --down 0.9
`;

async function run(options: Options, terminal: Terminal): Promise<void> {
  if (options.model === undefined) return table(options, terminal);
  const { architectureAt } = await import("./ledger-model.ts");
  const { bytesPerToken, dense, ledger } = await import("../reference/measure/ledger.ts");
  const architecture = architectureAt(options.model);
  const { model, qkv = 0, up = 0, down = 0, lmHead = false, independent = false } = options;
  const sparsity = { qkv, up, down };
  const found = ledger(architecture, sparsity, { lmHead, independent });
  const all = ledger(architecture, dense, { lmHead });
  const report = {
    model,
    ...architecture,
    sparsity,
    lmHead,
    independent,
    gflopsPerToken: found.multiplyAdds / 1e9,
    bytesPerToken: bytesPerToken(found),
    perProjection: found.projections,
    dense: { gflopsPerToken: all.multiplyAdds / 1e9, bytesPerToken: bytesPerToken(all) },
  };
  terminal.out(options.json ? `${JSON.stringify(report, null, 2)}\n` : page(model, architecture, found, all));
}

/** The ledger of one architecture as text. */
function page(model: string, { sizes, gated }: Architecture, found: Ledger, all: Ledger): string {
  const { V, D, F, L, N, G, K } = sizes;
  const row = (label: string, work: number, whole: number): string => {
    const left = `${((100 * work) / whole).toFixed(1)} %`;
    return `  ${label.padEnd(8)}${short(work).padStart(14)}${short(whole).padStart(14)}${left.padStart(10)}\n`;
  };
  const names: readonly Projection[] = ["qkv", "output", "gate", "up", "down", "head"];
  const parts = names.filter((name) => all.projections[name] > 0);
  const bytes = `${short(4 * found.multiplyAdds, "B")} in f32, ${short(2 * found.multiplyAdds, "B")} in f16, ${short(found.multiplyAdds, "B")} in int8`;
  return (
    `${model}\n  V ${V}   D ${D}   F ${F}   L ${L}   N ${N}   G ${G}   K ${K}   ${gated ? "gated" : "plain"} feed-forward\n\n` +
    `  ${"".padEnd(8)}${"multiply-adds".padStart(14)}${"dense".padStart(14)}${"left".padStart(10)}\n` +
    parts.map((name) => row(name, found.projections[name], all.projections[name])).join("") +
    row("all", found.multiplyAdds, all.multiplyAdds) +
    `\n  ${(found.multiplyAdds / 1e9).toPrecision(4)} GFLOPs a token, a multiply-add counted once\n  ${bytes}\n`
  );
}

/** Table 1 recomputed, row by row. */
async function table(options: Options, terminal: Terminal): Promise<void> {
  const { tableRows, tableText } = await import("./ledger-table.ts");
  const lost = (["qkv", "down", "up", "lmHead"] as const).find((name) => options[name] !== undefined);
  if (lost !== undefined)
    throw new WrongUse(
      `--${lost === "lmHead" ? "lm-head" : lost} goes with --model; without it, table 1 is shown`,
    );
  const { independent = false } = options;
  const rows = tableRows(independent);
  terminal.out(
    options.json ? `${JSON.stringify({ independent, rows }, null, 2)}\n` : tableText(rows, independent),
  );
}
