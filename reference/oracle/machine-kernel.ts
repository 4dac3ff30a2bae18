// A kernel made of an arithmetic: a right one of any model and manner, and with changes one that is wrong.
import type { Arithmetic } from "./arithmetic/arithmetic.ts";
import { type Manner, machine, plainManner } from "./arithmetic/machine.ts";
import type { Case, Input } from "./case.ts";
import { evaluate } from "./evaluate.ts";
import type { FloatDtype } from "./float-formats.ts";
import type { Declaration, Kernel } from "./kernel.ts";
import { type Model, modelOf } from "./model.ts";
import { OPERATIONS } from "./operations.ts";
import type { Change } from "./operators/all.ts";
import { numbersIn, type Picture, viewOf, write } from "./picture.ts";

/** What may be changed in a machine: its arithmetic, its operators. */
export interface Alteration {
  readonly arithmetic?: (a: Arithmetic<number>, model: Model) => Arithmetic<number>;
  readonly operators?: Change<number>;
  /** what it makes of the call before it runs it */
  readonly call?: (given: Case) => Case;
}

/** A kernel of that declaration, which goes about it in that manner. */
export function machineKernel(
  declaration: Declaration,
  manner: Manner = plainManner,
  { arithmetic = (a) => a, operators, call = (given) => given }: Alteration = {},
): Kernel {
  return {
    declaration: { ops: [...OPERATIONS.keys()], strides: true, ...declaration },
    run: (picture) => {
      const given = call(caseIn(picture));
      const model = modelOf(declaration, given.dtype);
      const outputs = evaluate(given, arithmetic(machine(model, manner), model), operators);
      for (const [name, numbers] of Object.entries(outputs)) {
        const view = viewOf(picture, `out.${name}`);
        if (view) write(picture, view, Float64Array.from(numbers));
      }
      return { status: "ok" };
    },
  };
}

/** The call that a picture shows. */
export function caseIn(picture: Picture): Case {
  const inputs = picture.views.filter(({ name }) => name.startsWith("in."));
  const read = inputs.map((view): readonly [string, Input] => [
    view.name.slice(3),
    { shape: view.shape, numbers: numbersIn(picture, view) },
  ]);
  const dtype = picture.views.find(({ name }) => name.startsWith("out."))?.dtype ?? "F32";
  return {
    id: picture.op,
    op: picture.op,
    dtype: dtype as FloatDtype,
    tier: "bounded",
    attributes: picture.attributes,
    inputs: Object.fromEntries(read),
  };
}
