// How tensor cores add: a block of terms at once, cut off instead of rounded.
import { powerOfTwoBelow } from "../float-formats.ts";

const BLOCK = 8;

/** As tensor cores add: a block of terms and the sum so far lined up with the largest, cut off below it, and added. */
export function blocks(terms: readonly number[], cutOff: (x: number) => number): number {
  let sum = 0;
  for (let from = 0; from < terms.length; from += BLOCK) {
    const block = [sum, ...terms.slice(from, from + BLOCK)];
    const largest = Math.max(...block.map(Math.abs));
    if (!(largest > 0 && largest < Infinity)) {
      sum = block.reduce((a, b) => a + b, 0);
      continue;
    }
    const grain = powerOfTwoBelow(largest) / 0x1000000; // one bit more than float32 has
    sum = cutOff(block.reduce((all, x) => all + Math.trunc(x / grain) * grain, 0));
  }
  return sum;
}
