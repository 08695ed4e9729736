import { backend, type Tensor } from '@tensorflow/tfjs-core';

interface WasmHeap {
  readonly wasm?: { readonly HEAPU8: Uint8Array };
  readonly dataIdMap?: {
    has(dataId: object): boolean;
    get(dataId: object): { readonly memoryOffset: number };
  };
}

/**
 * The memory of a float32 tensor itself, without a copy, where the current backend is WASM; `null` elsewhere.
 *
 * Good until the next op or new tensor: the heap moves when it grows. Writing to it changes every tensor that shares its data.
 */
export function heapFloats({ dataId, size, dtype }: Tensor): Float32Array | null {
  const { wasm, dataIdMap } = backend() as unknown as WasmHeap;
  if (dtype !== 'float32' || !wasm || !dataIdMap?.has(dataId)) return null;
  return new Float32Array(wasm.HEAPU8.buffer, dataIdMap.get(dataId).memoryOffset, size);
}
