// The suite of fixtures/oracle, whole, against a kernel.
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import type { Case } from "../../reference/oracle/case.ts";
import type { CaseReport } from "../../reference/oracle/case-report.ts";
import { check, type Report, type SuiteCase } from "../../reference/oracle/check.ts";
import type { Kernel } from "../../reference/oracle/kernel.ts";
import { loadSuite } from "../../reference/oracle/suite.node.ts";

let loaded: Promise<readonly SuiteCase[]> | undefined;

/** Its cases, read once. */
export const suite = (): Promise<readonly SuiteCase[]> => {
  loaded ??= loadSuite(fileURLToPath(new URL("../../fixtures/oracle", import.meta.url))).then(
    ({ cases }) => cases,
  );
  return loaded;
};

/** The verdict of a case that does not pass, and why. */
export type Exception = readonly [verdict: CaseReport["verdict"], reason: string];

/**
 * Fails unless the kernel passes every case of what it declares, but for those with an exception, which must have the
 * verdict that is said of them.
 */
export async function passesSuite(
  kernel: Kernel,
  exception: (given: Case) => Exception | undefined = () => undefined,
): Promise<Report> {
  const cases = await suite();
  const given = new Map(cases.map((one) => [one.given.id, one.given]));
  const report = await check(kernel, cases, { diagnosed: 0 });
  assert.ok(report.cases.length > 0, "no case is of what the kernel declares");
  const surprises = report.cases.flatMap(({ id, verdict, problems }) => {
    const about = given.get(id);
    const [wanted] = (about && exception(about)) ?? [];
    const right = wanted ? verdict === wanted : verdict === "PASS" || verdict === "PASS-BOUND";
    return right ? [] : [`${id}: ${verdict}; expected ${wanted ?? "PASS"}; ${problems.join("; ")}`];
  });
  assert.ok(surprises.length === 0, [kernel.declaration.name, ...surprises].join("\n"));
  return report;
}

/** What the example adapters and the WGSL kernels do not have: activations without a corner, also in layers. */
export const withoutSmooth = ({ attributes }: Case): Exception | undefined => {
  const f = attributes["f"] as { readonly kind?: string } | undefined;
  const smooth = ["silu", "swish", "gelu", "gelu-tanh"].includes(f?.kind ?? "");
  return smooth ? ["UNSUPPORTED", "it has the ReLU family only"] : undefined;
};
