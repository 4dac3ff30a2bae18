// The outputs of a running lesson, gathered from its messages, in Node and on a page.
import type { Message, Output } from "./cell.ts";

type Shown = Message & { readonly type: "output" };

/** Outputs by cell, in the order in which the cells began. */
export class Collection {
  readonly by = new Map<string, Output[]>();
  /** where each cell's `redraw` stands among its outputs */
  readonly #redrawn = new Map<string, number>();

  begin(cell: string): void {
    this.by.set(cell, []);
  }

  /** Lines printed one after the other are one output; a `redraw` takes the place of the last one. */
  add({ cell, output, again }: Shown): void {
    const outputs = this.by.get(cell) ?? [];
    const last = outputs.at(-1);
    const place = again ? this.#redrawn.get(cell) : undefined;
    if (place !== undefined) outputs[place] = output;
    else if (output.output_type === "stream" && last?.output_type === "stream")
      outputs[outputs.length - 1] = { ...last, text: last.text + output.text };
    else outputs.push(output);
    if (again && place === undefined) this.#redrawn.set(cell, outputs.length - 1);
  }
}
