import type { KernelBackend, TensorInfo } from '@tensorflow/tfjs-core';

import { shareMemory } from './share-memory.ts';
import { inParts } from './wasm-threads.ts';

/** The maximum that the threaded build declares for its memory: 2 GiB or 4 GiB, in pages of 64 KiB. */
const STOCK_MAXIMUM_PAGES = 65536;

/** The parts of the stock WASM backend that a kernel of ours reaches. */
interface WasmBackend extends KernelBackend {
  readonly wasm: {
    readonly asm?: { readonly memory?: WebAssembly.Memory };
    readonly HEAPU8: Uint8Array;
    _malloc(bytes: number): number;
    _free(address: number): void;
  };
  readonly dataIdMap: { get(dataId: object): { readonly memoryOffset: number } };
  makeOutput(shape: readonly number[], dtype: string): TensorInfo;
}

/** A module of ours at work on the heap of one WASM backend. All addresses are byte offsets into that heap. */
export interface WasmKernels<Exports> {
  readonly exports: Exports;
  /** The compiled code and the memory that it is linked to: where that is shared, another thread can link it, too. */
  readonly module: WebAssembly.Module;
  readonly memory: WebAssembly.Memory;
  /** Whether this is the build with relaxed SIMD. */
  readonly relaxed: boolean;
  /** The address of a tensor's first element. Allocations do not move tensors. */
  address(tensor: TensorInfo): number;
  /** The addresses of several. */
  addresses<Tensors extends readonly TensorInfo[]>(...tensors: Tensors): { [K in keyof Tensors]: number };
  /** A new tensor, its memory uninitialised. */
  output(shape: readonly number[], dtype?: 'float32' | 'int32' | 'bool'): TensorInfo;
  /** Runs `use` with uninitialised scratch memory, which is freed afterwards. */
  withScratch<T>(bytes: number, use: (address: number) => T): T;
  /**
   * Calls an exported function for all of `size` rows, in parts on several threads where the backend has them and the work
   * is worth it. No two parts may write to the same place.
   *
   * @param operations Floating-point operations in all.
   * @param call The arguments, at most 15 numbers, for `count` rows from `first` on.
   */
  inParts(
    name: keyof Exports & string,
    size: number,
    operations: number,
    call: (first: number, count: number) => readonly number[],
  ): void;
}

/** A WASM module embedded in the bundle; `on(backend)` links it to that backend's heap. */
export interface WasmModule<Exports> {
  /** The kernels on this backend's heap, or `null` where the heap is out of reach. */
  on(backend: KernelBackend): WasmKernels<Exports> | null;
}

/**
 * Declares an embedded SIMD module that works on the stock WASM backend's own heap, without copies. Nothing is
 * compiled before the first call.
 *
 * @param base64 The module as built from AssemblyScript: it imports `env.memory` and owns no memory.
 * @param options.relaxed The same module built with relaxed SIMD, taken where the engine has it.
 */
export function wasmModule<Exports>(
  base64: string,
  { relaxed }: { readonly relaxed?: string } = {},
): WasmModule<Exports> {
  const linked = new WeakMap<KernelBackend, WasmKernels<Exports>>();
  return {
    on(backend) {
      const known = linked.get(backend);
      if (known) return known;
      const stock = backend as WasmBackend;
      const memory = stock.wasm.asm?.memory;
      if (!memory) return null;
      const build = understood(base64, relaxed);
      const module = new WebAssembly.Module(codeFor(memory, build.code));
      const instance = new WebAssembly.Instance(module, { env: { memory } });
      const kernels: WasmKernels<Exports> = {
        ...access(stock),
        exports: instance.exports as Exports,
        module,
        memory,
        relaxed: build.relaxed,
        inParts: (...parts) => inParts(backend, kernels, ...parts),
      };
      linked.set(backend, kernels);
      return kernels;
    },
  };
}

type Access = Pick<WasmKernels<unknown>, 'address' | 'addresses' | 'output' | 'withScratch'>;

function access(backend: WasmBackend): Access {
  const address = (tensor: TensorInfo) => backend.dataIdMap.get(tensor.dataId).memoryOffset;
  return {
    address,
    addresses: (...tensors) => tensors.map(address) as { [K in keyof typeof tensors]: number },
    output: (shape, dtype = 'float32') => backend.makeOutput(shape, dtype),
    withScratch(bytes, use) {
      const address = backend.wasm._malloc(bytes);
      try {
        return use(address);
      } finally {
        backend.wasm._free(address);
      }
    },
  };
}

/** The relaxed build where the engine has relaxed SIMD, else the plain one. */
function understood(plain: string, relaxed?: string): { code: Uint8Array<ArrayBuffer>; relaxed: boolean } {
  const code = relaxed ? decodeBase64(relaxed) : undefined;
  if (code && WebAssembly.validate(code)) return { code, relaxed: true };
  return { code: decodeBase64(plain), relaxed: false };
}

function codeFor(memory: WebAssembly.Memory, code: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  const shared = typeof SharedArrayBuffer !== 'undefined' && memory.buffer instanceof SharedArrayBuffer;
  return shared ? shareMemory(code, STOCK_MAXIMUM_PAGES) : code;
}

function decodeBase64(base64: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
}
