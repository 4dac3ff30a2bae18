// The part of WebGPU that the adapter uses, as types: the compiler that checks this project knows no browser.
// https://www.w3.org/TR/webgpu

export interface GpuBuffer {
  mapAsync(mode: number): Promise<void>;
  getMappedRange(): ArrayBuffer;
  destroy(): void;
}

export interface GpuPipeline {
  getBindGroupLayout(index: number): unknown;
}

interface GpuPass {
  setPipeline(pipeline: GpuPipeline): void;
  setBindGroup(index: number, group: unknown): void;
  dispatchWorkgroups(x: number, y: number): void;
  end(): void;
}

interface GpuEncoder {
  beginComputePass(): GpuPass;
  copyBufferToBuffer(from: GpuBuffer, at: number, to: GpuBuffer, there: number, bytes: number): void;
  finish(): unknown;
}

export interface GpuDevice {
  readonly lost: Promise<{ readonly message: string }>;
  readonly queue: {
    writeBuffer(buffer: GpuBuffer, at: number, bytes: Uint8Array): void;
    submit(commands: readonly unknown[]): void;
  };
  createBuffer(wanted: { readonly size: number; readonly usage: number }): GpuBuffer;
  createShaderModule(wanted: { readonly code: string }): unknown;
  createComputePipelineAsync(wanted: {
    readonly layout: "auto";
    readonly compute: { readonly module: unknown; readonly entryPoint: string };
  }): Promise<GpuPipeline>;
  createBindGroup(wanted: {
    readonly layout: unknown;
    readonly entries: readonly {
      readonly binding: number;
      readonly resource: { readonly buffer: GpuBuffer };
    }[];
  }): unknown;
  createCommandEncoder(): GpuEncoder;
  pushErrorScope(filter: "validation" | "out-of-memory"): void;
  popErrorScope(): Promise<{ readonly message: string } | null>;
}

interface GpuAdapter {
  readonly info: { readonly vendor: string; readonly architecture: string };
  requestDevice(): Promise<GpuDevice>;
}

/** The bits of what a buffer is for, as the standard numbers them. */
export const USAGE = { mapRead: 1, copySource: 4, copyDestination: 8, uniform: 64, storage: 128 } as const;
export const MAP_READ = 1;
/** The most workgroups along an axis that every device has. */
export const MOST_GROUPS = 65535;

/** This page has no WebGPU, or nothing that it could drive. */
export class NoWebGpu extends Error {}

/**
 * A device of this page, and what drives it.
 *
 * @throws {NoWebGpu} when there is no WebGPU here, or nothing that it could drive
 */
export async function gpuDevice(): Promise<{ readonly device: GpuDevice; readonly driver: string }> {
  const { navigator } = globalThis as {
    readonly navigator?: { readonly gpu?: { requestAdapter(): Promise<GpuAdapter | null> } };
  };
  if (!navigator?.gpu)
    throw new NoWebGpu("webGpuKernel: navigator.gpu is missing; expected a browser with WebGPU");
  const adapter = await navigator.gpu.requestAdapter();
  if (!adapter)
    throw new NoWebGpu("webGpuKernel: the browser gives no adapter; expected a GPU or SwiftShader");
  const driver = `${adapter.info.vendor} ${adapter.info.architecture}`.trim();
  return { device: await adapter.requestDevice(), driver };
}
