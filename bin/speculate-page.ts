// What `relukit speculate --target --draft` shows a person: the three numbers apart from each other.
import { short } from "./numbers.ts";
import type { Report } from "./speculate-run.ts";

/** The report as text, 100 columns wide at most. */
export const page = (report: Report): string =>
  [...head(report), ...windows(report), ...work(report), ...numbers(report), ""].join("\n");

function head(report: Report): readonly string[] {
  const { target, draft, gamma, temperature, tokens, rounds, acceptance, tokensPerRound } = report;
  const lossless =
    report.sameAsPlainGreedy === null
      ? []
      : [
          `  ${report.sameAsPlainGreedy ? "the same text as" : "NOT the text of"} the target decoding greedily alone`,
        ];
  return [
    report.text,
    "",
    `${target} drafted for by ${draft}: gamma ${gamma}, temperature ${temperature}, ${tokens.length} tokens in ${rounds} rounds`,
    ...lossless,
    `  acceptance rate alpha ${acceptance.alpha.toFixed(3)}, ${tokensPerRound.toFixed(2)} tokens a round`,
  ];
}

function windows({
  gamma,
  unusedNeurons: { atGamma, atGammaPlusOne },
  unusedWeights,
}: Report): readonly string[] {
  const row = (label: string, cells: readonly number[]): string =>
    `  ${label.padEnd(16)}${cells.map((share) => percent(share).padStart(8)).join("")}`;
  const columns = atGamma.layers.map((_, l) => `${l}`.padStart(8)).join("");
  return [
    "",
    `  neurons that a window leaves unused, in %, layer by layer and on average`,
    `  ${"layer".padEnd(16)}${columns}${"mean".padStart(8)}`,
    row(`${gamma} positions`, [...atGamma.layers, atGamma.mean]),
    row(`${gamma + 1} positions`, [...atGammaPlusOne.layers, atGammaPlusOne.mean]),
    `  weights of the target that the ${gamma + 1} positions of a round leave unread: ${percent(unusedWeights)} %`,
  ];
}

function work({ perToken: { plain, speculative }, flopRatio, byteRatio }: Report): readonly string[] {
  const row = (label: string, of: typeof plain.dense, adds: number, bytes: number): string =>
    `  ${label.padEnd(26)}${short(of.multiplyAdds).padStart(14)}${adds.toFixed(2).padStart(8)}` +
    `${short(of.bytesRead.f32, "B").padStart(14)}${bytes.toFixed(2).padStart(8)}`;
  return [
    "",
    `  ${"a token".padEnd(26)}${"multiply-adds".padStart(14)}${"ratio".padStart(8)}${"read in f32".padStart(14)}${"ratio".padStart(8)}`,
    row("plain, dense", plain.dense, 1, 1),
    row("plain, zeros skipped", plain.sparse, flopRatio.plainSparse, byteRatio.plainSparse),
    row("speculative, dense", speculative.dense, flopRatio.speculative, byteRatio.speculative),
    row(
      "speculative, zeros skipped",
      speculative.sparse,
      flopRatio.speculativeSparse,
      byteRatio.speculativeSparse,
    ),
  ];
}

function numbers({ flopRatio, modelledLatency: model, measuredLatency, sparse }: Report): readonly string[] {
  const { speedup, millisecondsPerToken, sparseOverStandard } = measuredLatency;
  return [
    "",
    "  three numbers, each against plain dense decoding; above 1 is better, and none stands for another",
    `  FLOP ratio        ${flopRatio.speculativeSparse.toFixed(3)}   counted multiply-adds, zeros skipped, the draft's included`,
    `  modelled latency  ${model.theorem2.toFixed(3)}   theorem 2 with c ${model.c.toFixed(3)}, alpha ${model.alpha.toFixed(3)}, unused ${model.unused.toFixed(3)}; theorem 1 ${model.theorem1.toFixed(3)}`,
    `  measured latency  ${speedup.toFixed(3)}   ${millisecondsPerToken.plain.toFixed(3)} ms a token plain; speculative ${sparse ? "with zeros skipped" : "dense"}`,
    `                            skipping zeros made the speculative run ${sparseOverStandard.toFixed(3)} times as fast`,
  ];
}

const percent = (share: number): string => (100 * share).toFixed(1);
