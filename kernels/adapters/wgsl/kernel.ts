// Sparse feed-forward kernels in WGSL as a kernel that the oracle can judge: run in a page, through WebGPU.
// float32 and the ReLU family only.

import type { Activation } from "../../../reference/ops/contract.ts";
import type { Kernel, Outcome } from "../../../reference/oracle/kernel.ts";
import { bitsIn, fill, type Picture, type View, viewOf } from "../../../reference/oracle/picture.ts";
import { type Call, call, type OnDevice, TooLarge } from "./call.ts";
import { type Given, operators, shaders } from "./operators.ts";
import { KINDS } from "./shaders/activate.ts";
import type { Shader } from "./shaders/shader.ts";
import { type GpuDevice, type GpuPipeline, gpuDevice } from "./web-gpu.ts";

/**
 * The kernels, on a device of this page.
 *
 * Of a sum WGSL says only that it is one of the two floats around the exact result; the bounds take the nearer one, as
 * GPUs do. Subnormals may be flushed, products fused and sums reordered.
 *
 * @throws {NoWebGpu} when there is no WebGPU here, or nothing that it could drive
 */
export async function webGpuKernel(): Promise<Kernel> {
  const { device, driver } = await gpuDevice();
  const pipelines = await pipelinesOf(device);
  return {
    declaration: {
      name: `WGSL on ${driver}`,
      ops: Object.keys(operators),
      dtypes: ["F32"],
      accumulator: "f32",
      structure: "any",
      flushesSubnormals: true,
      deterministic: true,
      strides: true, // closed up on the way to the device
    },
    run: (picture) => outcomeOf(device, pipelines, picture),
  };
}

async function pipelinesOf(device: GpuDevice): Promise<ReadonlyMap<Shader, GpuPipeline>> {
  const made = shaders.map(async (shader) => {
    const compute = { module: device.createShaderModule({ code: shader.code }), entryPoint: shader.entry };
    return [shader, await device.createComputePipelineAsync({ layout: "auto", compute })] as const;
  });
  return new Map(await Promise.all(made));
}

async function outcomeOf(
  device: GpuDevice,
  pipelines: ReadonlyMap<Shader, GpuPipeline>,
  picture: Picture,
): Promise<Outcome> {
  if (picture.op === "noop") return { status: "ok" };
  const lacking = lack(picture);
  if (lacking !== undefined) return { status: "unsupported", message: lacking };
  device.pushErrorScope("out-of-memory");
  device.pushErrorScope("validation");
  const running = call(device, pipelines);
  const failed: unknown = await run(running, picture).catch((error) => error);
  running.end();
  const [invalid, full] = [await device.popErrorScope(), await device.popErrorScope()];
  if (failed instanceof TooLarge) return { status: "unsupported", message: failed.message };
  const error = full ?? invalid ?? failed;
  if (error === undefined) return { status: "ok" };
  return { status: "error", message: (error as Error).message };
}

/** Reads the inputs and fills the output. */
async function run(running: Call, picture: Picture): Promise<undefined> {
  const upload = (view: View): OnDevice => {
    const [rows, columns] = view.shape.length === 1 ? [1, view.shape[0]] : view.shape;
    return running.upload(rows ?? 1, columns ?? 1, bitsIn(picture, view));
  };
  const optional = (name: string): OnDevice | undefined => {
    const view = viewOf(picture, `in.${name}`);
    return view && upload(view);
  };
  const tensor = (name: string): OnDevice => {
    const found = optional(name);
    if (!found) throw new Error(`run: ${picture.op} has no in.${name}; expected one`);
    return found;
  };
  const output = picture.views.find(({ name }) => name.startsWith("out."));
  if (!output) throw new Error(`run: ${picture.op} has no output; expected one`);
  const f = picture.attributes["f"] as Activation;
  const given: Given = { tensor, optional, f, skip: picture.attributes["skip"] === true };
  // What lies in the output goes along: what no invocation writes comes back as it was, and is seen.
  const result = upload(output);
  operators[picture.op]?.(running, given, result);
  fill(picture, output, await running.result(result));
  return undefined;
}

/** What keeps the call from being one of these kernels'. */
function lack({ op, attributes, views }: Picture): string | undefined {
  if (!Object.hasOwn(operators, op)) return `the operator ${op} is not here`;
  const other = views.find(({ dtype }) => dtype !== "F32");
  if (other) return `${other.name} is ${other.dtype}; only F32 is here`;
  const kind = (attributes["f"] as Activation | undefined)?.kind;
  if (kind !== undefined && !Object.hasOwn(KINDS, kind)) return `the activation ${kind} is not here`;
  return undefined;
}
