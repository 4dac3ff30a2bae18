// The public face of the reference: what `import … from "relukit"` gives.

export { type ClozeOptions, cloze, type Gap, gaps } from "./decoding/cloze.ts";
export { type Context, contexts } from "./decoding/contexts.ts";
export { type Firing, firing, neuronRows } from "./decoding/firing.ts";
export { generate, type Step } from "./decoding/generate.ts";
export { type Allowed, type ReuseOptions, type ReuseTrial, reuseTrial } from "./decoding/reuse.ts";
export {
  type Candidate,
  type Choose,
  candidates,
  greedy,
  type Sampling,
  sampler,
} from "./decoding/sampling.ts";
export {
  type Pair,
  type Round as SpeculativeRound,
  type Settings as SpeculativeSettings,
  speculate,
} from "./decoding/speculative.ts";
export { type Summary, summary } from "./decoding/speculative-summary.ts";
export {
  type Effort,
  plainSurvey,
  type SurveyedRound,
  speculativeSurvey,
} from "./decoding/speculative-survey.ts";
export { type Input, type Survey, type SurveyOptions, survey } from "./decoding/survey.ts";
export { type Distribution, type Verdict, verification } from "./decoding/verification.ts";
export { type ByteSource, bytesSource } from "./formats/byte-source.ts";
export type { Checkpoint, LoadOptions } from "./formats/checkpoint.ts";
export { FormatError } from "./formats/format-error.ts";
export { loadHuggingFace } from "./formats/hugging-face.ts";
export { loadLlama2c } from "./formats/llama2c.ts";
export { openSafetensors, type Safetensors } from "./formats/safetensors.ts";
export { type StoredTensor, writeSafetensors } from "./formats/safetensors-writer.ts";
export { learnBytePair } from "./formats/tokenizers/byte-pair-training.ts";
export { loadTokenizer } from "./formats/tokenizers/load.ts";
export type { Tokenizer } from "./formats/tokenizers/tokenizer.ts";
export { compare, type Judge } from "./interpret/compare.ts";
export { count, type Work } from "./interpret/count.ts";
export { type Look, observe } from "./interpret/observe.ts";
export { record, type Slopes, type Tape } from "./interpret/record.ts";
export { type Loaded, reuse } from "./interpret/reuse.ts";
export { skipZeros } from "./interpret/skip-zeros.ts";
export {
  aggregated,
  byChance,
  type Curves,
  fired,
  largestWindow,
  union,
  unused,
  unusedInWindow,
} from "./measure/aggregated.ts";
export { type Architecture, type ArchitectureName, architectures } from "./measure/architectures.ts";
export { emptyHistogram, type Histogram, withElements } from "./measure/histogram.ts";
export { type Interval, meanInterval, shareInterval } from "./measure/interval.ts";
export { bytesPerToken, type InputSparsity, type Ledger, ledger } from "./measure/ledger.ts";
export { nearSparsity, sparsity, type Zeros, zeros } from "./measure/sparsity.ts";
export {
  bestGamma,
  expectedTokens,
  independent,
  theorem1,
  theorem2,
  type UnusedCurve,
  weighted,
} from "./measure/speculative.ts";
export { fits, type Row as TableRow, tableOne } from "./measure/table-one.ts";
export { type Cache, empty } from "./models/cache.ts";
export type { Config, RotaryConfig, Sizes } from "./models/config.ts";
export { falcon } from "./models/falcon.ts";
export { initialFalcon, initialLlama, initialOpt } from "./models/initialize.ts";
export { llama } from "./models/llama.ts";
export { forward, type Model, type Run } from "./models/model.ts";
export { opt } from "./models/opt.ts";
export {
  type Activation,
  type Differentiable,
  type Gradients,
  type InPlace,
  type Ops,
  override,
  type Trainable,
} from "./ops/contract.ts";
export { reference } from "./ops/reference.ts";
export { type Stream, stream } from "./random.ts";
export { folded } from "./relufication/fold.ts";
export { preactivations, settledShift, shiftFor, silenced } from "./relufication/shift.ts";
export { shifted, stage1, stage2 } from "./relufication/surgery.ts";
export { hottestShare, neuronUse, type PowerLaw, powerLaw, ranked } from "./successors/neuron-use.ts";
export { type Matrix, matrix, type Tensor, type Tokens, type Vector, vector } from "./tensor.ts";
export { batch, type Split, split, type Window } from "./training/corpus.ts";
export { type Judgement, judgement } from "./training/judgement.ts";
export { type NGram, nGram } from "./training/n-gram.ts";
export { distilled, nextToken, type Objective, sparing } from "./training/objective.ts";
export { Optimizer, type Rules } from "./training/optimizer.ts";
export { rate, type Schedule } from "./training/schedule.ts";
export { Diverged, type Progress, type Recipe, train, validationLoss } from "./training/train.ts";
export { mapTensors, names } from "./weights.ts";
