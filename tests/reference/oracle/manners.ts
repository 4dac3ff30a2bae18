// Ways to go about a call, each right.
import { type Manner, plainManner } from "../../../reference/oracle/arithmetic/machine.ts";

export const MANNERS: readonly Manner[] = [
  plainManner,
  { order: "descending", fused: true, lastFirst: true, second: true, wide: false, sloppy: true },
  { order: "lanes4", fused: false, lastFirst: true, second: false, wide: true, sloppy: false },
  { order: "by-size", fused: true, lastFirst: false, second: true, wide: false, sloppy: false },
];
