// How long speculative decoding takes here, against plain decoding and against what theorems 1 and 2 model.
// Paper: section 5.2. Times differ from run to run: every number but gamma and alpha is one, or made of some.
import { summary } from "../../reference/decoding/speculative-summary.ts";
import { theorem1, theorem2 } from "../../reference/measure/speculative.ts";
import { latencies } from "../speculate-latency.ts";
import type { Experiment, Lab } from "./experiment.ts";
import { prompts, rounds } from "./speculative.ts";

const GAMMAS = [1, 2, 4, 8] as const;
const TOKENS = 96;
const SECONDS = 10;

export interface LatencyResult {
  readonly target: string;
  readonly draft: string;
  readonly entries: readonly {
    readonly gamma: number;
    readonly alpha: number;
    /** time of a dense draft step / time of a dense target step */
    readonly c: number;
    /** time of a dense pass of the target over gamma + 1 positions / time of a step: the theorems take it to be 1 */
    readonly pass: number;
    /** theorem 2 with that c and the measured alpha and unused weights; and with nothing unused */
    readonly modelled: {
      readonly sparse: number;
      readonly standard: number;
      readonly sparseOverStandard: number;
    };
    /** times as fast as plain dense decoding; and sparse against standard speculative decoding */
    readonly measured: {
      readonly sparse: number;
      readonly standard: number;
      readonly sparseOverStandard: number;
      readonly plainSparse: number;
    };
  }[];
}

export const speculativeLatency: Experiment = {
  name: "speculative-latency",
  paper: "section 5.2",
  summary: "measured against modelled latency of speculative decoding; times, so never twice the same",
  async run(lab: Lab): Promise<LatencyResult> {
    const [target, draft] = [lab.model("opt-relu"), lab.model("draft")];
    const models = { target: target.model, draft: draft.model };
    const [prompt = []] = prompts(target.validation);
    const entries = GAMMAS.map((gamma) => {
      lab.say(() => `gamma ${gamma}`);
      const found = summary(rounds(lab.machine, models, prompt, { gamma, mode: "greedy", i: 0 }), gamma);
      const timing = { gamma, tokens: TOKENS, temperature: 0, topP: 1, seed: 1, seconds: SECONDS };
      const times = latencies(lab.machine, models, prompt, timing);
      const { plain, draft, plainSparse, standard, sparse } = times;
      const c = draft / plain;
      const round = { c, gamma, unused: found.unusedWeights };
      return {
        ...{ gamma, alpha: found.alpha, c, pass: times.pass / plain },
        modelled: {
          sparse: theorem2(round, found.alpha),
          standard: theorem2({ ...round, unused: 0 }, found.alpha),
          sparseOverStandard: theorem1(round),
        },
        measured: {
          ...{ sparse: plain / sparse, standard: plain / standard },
          ...{ sparseOverStandard: standard / sparse, plainSparse: plain / plainSparse },
        },
      };
    });
    return { target: "opt-relu", draft: "draft", entries };
  },
};
