// The part of WebAssembly that is used here, typed: neither ECMAScript's nor Node's types have it, and the browser's
// would bring all of a page with them.

export interface WasmMemory {
  readonly buffer: ArrayBufferLike;
}

declare const compiled: unique symbol;
export interface WasmModule {
  readonly [compiled]: true;
}

/** What a module exports: the kernels, and its memory. */
export type Exports = Readonly<Record<string, unknown>>;

interface WebAssembly {
  compile(bytes: Uint8Array): Promise<WasmModule>;
  instantiate(
    module: WasmModule,
    imports: { readonly env: { readonly memory: WasmMemory } },
  ): Promise<{ readonly exports: Exports }>;
  readonly Memory: new (limits: {
    readonly initial: number;
    readonly maximum: number;
    readonly shared: boolean;
  }) => WasmMemory;
}

export const webAssembly = (globalThis as unknown as { readonly WebAssembly: WebAssembly }).WebAssembly;
