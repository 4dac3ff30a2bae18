// What can be judged: an adapter, a module, or what comes with relukit.
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { kernels } from "../kernels/index.node.ts";
import { feedForward, gatedFeedForward, type Rectifier } from "../kernels/ops/feed-forward.ts";
import { reference } from "../reference/ops/reference.ts";
import { declarationIn } from "../reference/oracle/declaration.ts";
import type { Declaration, Kernel } from "../reference/oracle/kernel.ts";
import { machineKernel } from "../reference/oracle/machine-kernel.ts";
import { proveNoop } from "../reference/oracle/noop.ts";
import { oneShot } from "../reference/oracle/one-shot.node.ts";
import { type Layers, operatorKernel } from "../reference/oracle/operator-kernel.ts";
import { AdapterError, subprocess } from "../reference/oracle/subprocess.node.ts";
import { type Terminal, Verdict, WrongUse } from "./terminal.ts";

/** Where a kernel comes from: one of them. */
export interface Whose {
  readonly cmd?: string;
  readonly oneShot?: string;
  readonly module?: string;
  readonly kernel?: string;
  readonly declare?: string;
  readonly timeout: number;
}

const WAYS = ["cmd", "oneShot", "module", "kernel"] as const;
const OPTION = { cmd: "--cmd", oneShot: "--one-shot", module: "--module", kernel: "--kernel" };

/** The kernel that the options ask for, ready to run. */
export async function kernelOf(options: Whose, terminal: Terminal): Promise<Kernel> {
  const given = WAYS.filter((way) => options[way] !== undefined);
  const [way] = given;
  if (given.length !== 1 || way === undefined) {
    const found =
      given.length === 0
        ? "no kernel is given"
        : `${given.map((w) => OPTION[w]).join(" and ")} exclude each other`;
    throw new WrongUse(`${found}; expected one of --cmd, --one-shot, --module, --kernel`);
  }
  if (options.declare !== undefined && way !== "oneShot")
    throw new WrongUse("--declare goes with --one-shot; others say themselves what they are");
  switch (way) {
    case "cmd":
      return started(options.cmd ?? "", options.timeout, terminal);
    case "oneShot":
      return oneShot(options.oneShot ?? "", declared(options), { timeoutSeconds: options.timeout });
    case "module":
      return ofModule(options.module ?? "");
    case "kernel":
      return own(options.kernel ?? "");
  }
}

/** An adapter that has said hello, and gives back what it was given. */
async function started(command: string, timeoutSeconds: number, terminal: Terminal): Promise<Kernel> {
  const heard = (line: string): void => terminal.err(`adapter: ${line}\n`);
  try {
    const kernel = await subprocess(command, { timeoutSeconds, heard });
    const noop = await proveNoop(kernel);
    if (noop.status === "ok") return kernel;
    await kernel.close?.();
    throw new AdapterError(noop);
  } catch (error) {
    if (!(error instanceof AdapterError)) throw error;
    terminal.err(`relukit: ${error.message}\n`);
    throw new Verdict(3);
  }
}

const declared = ({ declare }: Whose): Declaration =>
  declare === undefined ? { name: "one-shot program" } : declarationIn(declare, "--declare");

async function ofModule(path: string): Promise<Kernel> {
  let module: { readonly kernel?: unknown };
  try {
    module = (await import(pathToFileURL(resolve(path)).href)) as { readonly kernel?: unknown };
  } catch (error) {
    throw new WrongUse(
      `--module ${path} cannot be loaded: ${error instanceof Error ? error.message : error}`,
    );
  }
  const kernel = module.kernel as Partial<Kernel> | null | undefined;
  if (typeof kernel?.run !== "function" || typeof kernel.declaration !== "object")
    throw new WrongUse(
      `--module ${path} exports ${module.kernel === undefined ? "no kernel" : "a kernel without declaration or run"}; expected "kernel", as functionKernel of relukit/oracle makes it`,
    );
  declarationIn(JSON.stringify(kernel.declaration), `--module ${path}`); // a misspelt field would count for nothing
  return kernel as Kernel;
}

const OWN: Readonly<Record<string, () => Promise<Kernel> | Kernel>> = {
  wasm: async () => operatorKernel(WASM, await kernels({ threads: 1 })),
  "wasm-fused": async () => {
    const ops = await kernels({ threads: 1 });
    return operatorKernel({ ...WASM, name: "relukit wasm, fused layers", ops: LAYERS }, ops, fused(ops));
  },
  reference: () => operatorKernel(REFERENCE, reference, {}, Float64Array),
  machine: () =>
    machineKernel({ name: "relukit's model of a machine", dtypes: ["F32", "F16", "BF16", "F64"] }),
};

const LAYERS = ["feedForward", "gatedFeedForward"];
const WASM: Declaration = { name: "relukit wasm", dtypes: ["F32"], accumulator: "f32", deterministic: true };
const REFERENCE: Declaration = {
  name: "relukit reference",
  dtypes: ["F32", "F16", "BF16", "F64"],
  accumulator: "f64",
  deterministic: true,
};

async function own(name: string): Promise<Kernel> {
  const make = OWN[name];
  if (make) return make();
  throw new WrongUse(`--kernel is ${name}; expected one of ${Object.keys(OWN).join(", ")}`);
}

/** The layers as one kernel each, for those activations that leave zeros. */
function fused(ops: Awaited<ReturnType<typeof kernels>>): Layers {
  const [plain, gated] = [feedForward(ops.machine), gatedFeedForward(ops.machine)];
  return {
    feedForward: (x, layer, f, skip) => (skip && rectifies(f) ? plain(x, layer, f as Rectifier) : undefined),
    gatedFeedForward: (x, layer, f, skip) =>
      skip && rectifies(f) && !layer.gateBias && !layer.downBias
        ? gated(x, layer, f as Rectifier)
        : undefined,
  };
}

const rectifies = ({ kind }: { readonly kind: string }): boolean =>
  ["relu", "relu-squared", "fatrelu", "fatrelu-strict"].includes(kind);
