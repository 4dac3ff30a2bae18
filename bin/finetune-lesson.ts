// What a finetuning run is taught beside the next token: by a teacher, and to keep its neurons silent.
import { openHuggingFace } from "../reference/formats/hugging-face.node.ts";
import type { Model } from "../reference/models/model.ts";
import { penaltyWeight, type Stage } from "../reference/successors/l1.ts";
import { distilled, nextToken, sparing } from "../reference/training/objective.ts";
import { type Lesson, plain } from "../reference/training/train.ts";
import type { OpenMachine } from "./machine.ts";
import { WrongUse } from "./terminal.ts";

export interface LessonOptions {
  readonly teacher?: string;
  readonly mix?: number;
  readonly l1?: number;
}

/** The lesson on a machine, and in words for a checkpoint: all of it that a run's bits depend on. */
export interface Teaching {
  readonly lesson: (machine: OpenMachine) => Lesson;
  readonly words: object;
}

/**
 * @param V      the tokens that model and teacher have to share
 * @param steps  over which the penalty rises
 * @throws {WrongUse} when the teacher's vocabulary is another, or there are fewer steps than stages
 */
export function teachingOf(
  { teacher: path, mix = 0.5, ...options }: LessonOptions,
  V: number,
  steps: number,
): Teaching {
  if (path === undefined && options.l1 === undefined) return { lesson: () => plain, words: {} };
  if (options.l1 !== undefined && steps < 3)
    throw new WrongUse(`--steps is ${steps}; expected 3 at least, the stages in which --l1 rises`);
  const teacher = path === undefined ? undefined : openHuggingFace(path).model;
  if (teacher && teacher.config.sizes.V !== V)
    throw new WrongUse(
      `--teacher ${path} has ${teacher.config.sizes.V} tokens; expected ${V}, as the model that it teaches`,
    );
  const stages = thirds(options.l1 ?? 0, steps);
  const lesson = (machine: OpenMachine): Lesson => {
    const towards = teacher
      ? distilled({ ...teacher, weights: machine.load(teacher.weights) } as Model, mix, 1)
      : nextToken;
    const objective =
      options.l1 === undefined ? towards : sparing(towards, (step) => penaltyWeight(stages, step));
    return { ...plain, objective };
  };
  return {
    lesson,
    words: {
      ...(path === undefined ? {} : { teacher: path, mix }),
      ...(options.l1 === undefined ? {} : { l1: stages }),
    },
  };
}

/** Three stages of a third each, or as near as whole steps come: a tenth of the penalty, a half, all of it. */
export const thirds = (peak: number, steps: number): readonly Stage[] =>
  [0.1, 0.5, 1].map((part, i) => ({ until: Math.ceil(((i + 1) * steps) / 3), peak: part * peak }));
