// One call on a device: memory for its tensors, the steps that run over it, and the way back.
import type { Shader } from "./shaders/shader.ts";
import { type GpuBuffer, type GpuDevice, type GpuPipeline, MAP_READ, MOST_GROUPS, USAGE } from "./web-gpu.ts";

/** A tensor on the device, rows after one another; a vector is one row. */
export interface OnDevice {
  readonly buffer: GpuBuffer;
  readonly rows: number;
  readonly columns: number;
}

/** The uniform of a step, as its struct has it: whole numbers first, then floats. */
export interface Uniform {
  readonly whole: readonly number[];
  readonly floats?: readonly number[];
}

export interface Call {
  /** A tensor of those bits. */
  upload(rows: number, columns: number, bits: Uint8Array): OnDevice;
  /** A tensor of zeros. */
  room(rows: number, columns: number): OnDevice;
  /** Adds a step to what will run: over x · y workgroups, with the buffers bound in their order. */
  step(
    shader: Shader,
    uniform: Uniform,
    tensors: readonly OnDevice[],
    groups: readonly [x: number, y: number],
  ): void;
  /** Runs the steps, and gives the bits of a tensor. */
  result(of: OnDevice): Promise<Uint8Array>;
  /** Frees the memory. */
  end(): void;
}

/** The device has not so many workgroups. */
export class TooLarge extends Error {}

/** A buffer may not be empty, and its length is a multiple of 4. */
const held = (bytes: number): number => Math.max(4, bytes);

export function call(device: GpuDevice, pipelines: ReadonlyMap<Shader, GpuPipeline>): Call {
  const buffers: GpuBuffer[] = [];
  const buffer = (bytes: number, usage: number): GpuBuffer => {
    const made = device.createBuffer({ size: held(bytes), usage });
    buffers.push(made);
    return made;
  };
  const encoder = device.createCommandEncoder();
  const room = (rows: number, columns: number): OnDevice => {
    const usage = USAGE.storage | USAGE.copySource | USAGE.copyDestination;
    return { buffer: buffer(4 * rows * columns, usage), rows, columns };
  };
  return {
    room,
    upload: (rows, columns, bits) => {
      const tensor = room(rows, columns);
      device.queue.writeBuffer(tensor.buffer, 0, bits);
      return tensor;
    },
    step: (shader, uniform, tensors, [x, y]) => {
      if (Math.max(x, y) > MOST_GROUPS)
        throw new TooLarge(
          `${shader.entry} takes ${x} by ${y} workgroups; ${MOST_GROUPS} an axis is the most`,
        );
      const pipeline = pipelines.get(shader);
      if (!pipeline) throw new Error(`step: ${shader.entry} has no pipeline; expected one made beforehand`);
      const words = wordsOf(uniform);
      const sizes = buffer(words.length, USAGE.uniform | USAGE.copyDestination);
      device.queue.writeBuffer(sizes, 0, words);
      const bound = [sizes, ...tensors.map((tensor) => tensor.buffer)];
      const entries = bound.map((each, binding) => ({ binding, resource: { buffer: each } }));
      const pass = encoder.beginComputePass();
      pass.setPipeline(pipeline);
      pass.setBindGroup(0, device.createBindGroup({ layout: pipeline.getBindGroupLayout(0), entries }));
      pass.dispatchWorkgroups(x, y);
      pass.end();
    },
    result: async ({ buffer: from, rows, columns }) => {
      const bytes = 4 * rows * columns;
      const to = buffer(bytes, USAGE.mapRead | USAGE.copyDestination);
      encoder.copyBufferToBuffer(from, 0, to, 0, held(bytes));
      device.queue.submit([encoder.finish()]);
      await to.mapAsync(MAP_READ);
      return new Uint8Array(to.getMappedRange()).slice(0, bytes);
    },
    end: () => {
      for (const each of buffers) each.destroy();
    },
  };
}

function wordsOf({ whole, floats = [] }: Uniform): Uint8Array {
  const words = new ArrayBuffer(4 * (whole.length + floats.length));
  new Uint32Array(words, 0, whole.length).set(whole);
  new Float32Array(words, 4 * whole.length).set(floats);
  return new Uint8Array(words);
}
