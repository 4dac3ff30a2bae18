// The suite to judge by: relukit's own, which its package has, or one in a folder.
import { join } from "node:path";
import { loadSuite } from "../reference/oracle/suite.node.ts";
import type { Suite } from "../reference/oracle/suite.ts";
import { root } from "./root.ts";

export interface Which {
  readonly suite?: string;
  readonly extended?: boolean;
}

/** @throws {FormatError} when a file of it is missing, or is not what the suite's manifest says */
export const suiteAt = ({ suite, extended }: Which): Promise<Suite> =>
  loadSuite(suite ?? join(root, "fixtures", extended ? "oracle-extended" : "oracle"));
