// Row skipping: every projection reads only the weight rows whose input, or gate, is not zero.
// Paper: section 4 and appendix B. The same bits as dense, so it may stand wherever `ops` stands.
import { type Ops, override } from "../ops/contract.ts";

/** `ops`, asked for the active form of each projection. */
export const skipZeros = <O extends Ops>(ops: O): O =>
  override(ops, { linear: ops.activeLinear, gatedLinear: ops.activeGatedLinear });
