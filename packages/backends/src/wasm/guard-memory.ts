import type { DataId, DataType, KernelBackend } from '@tensorflow/tfjs-core';
import { OutOfMemoryError } from '../out-of-memory-error.ts';

/** The parts of the stock backend that allocate. */
interface Allocates extends KernelBackend {
  readonly wasm: { _malloc(bytes: number): number; _free(address: number): void };
  move(dataId: DataId, values: unknown, shape: number[], dtype: DataType, refCount: number): void;
}

/** Where the memory of the stock binary ends at the latest: what 32 bits address, less one page. */
const LARGEST_BYTES = 2 ** 32 - 2 ** 16;

const guarded = new WeakSet<KernelBackend>();
/** The data made since the innermost `orNothing` began. */
let made: DataId[] | undefined;

/**
 * Makes an allocation that does not succeed an {@link OutOfMemoryError}. The stock backend does not look at the address it
 * gets, and takes sizes modulo 4 GiB: it writes over its own heap, or traps. Calling it again changes nothing.
 */
export function guardMemory(backend: KernelBackend): void {
  if (guarded.has(backend)) return;
  guarded.add(backend);
  const stock = backend as Allocates;
  const { wasm } = stock;
  // The first call puts another function in its own place.
  wasm._free(wasm._malloc(1));
  const allocate = inFull(wasm._malloc, wasm._free);
  const move = stock.move.bind(stock);
  let wanted: number[] | undefined;
  wasm._malloc = (bytes) => {
    const address = bytes > LARGEST_BYTES ? 0 : allocate(bytes);
    if (address !== 0) return address;
    const limit = bytes > LARGEST_BYTES ? { limit: LARGEST_BYTES } : {};
    throw new OutOfMemoryError({ backend: 'wasm', shape: wanted ?? [Math.ceil(bytes / 4)], bytes, ...limit });
  };
  stock.move = (dataId, values, shape, dtype, refCount) => {
    wanted = shape;
    try {
      move(dataId, values, shape, dtype, refCount);
    } finally {
      wanted = undefined;
    }
    made?.push(dataId);
  };
}

/**
 * Allocates blocks of the size that was asked for. The stock allocator compares where a block would end modulo 4 GiB: high up it
 * takes free blocks for large enough that are not, and hands them out as they are. Such a block is held, so that
 * the search goes on behind it, and then freed.
 */
function inFull(malloc: (bytes: number) => number, free: (address: number) => void) {
  return (bytes: number): number => {
    const short: number[] = [];
    let address = malloc(bytes);
    for (; (address >>> 0) + bytes > LARGEST_BYTES; address = malloc(bytes)) short.push(address);
    for (const block of short) free(block);
    return address;
  };
}

/** Runs a kernel; where it throws, what it made until then is freed. */
export function orNothing<T>(backend: KernelBackend, kernel: () => T): T {
  const outer = made;
  made = [];
  try {
    return kernel();
  } catch (error) {
    for (const dataId of made) backend.disposeData(dataId);
    throw error;
  } finally {
    made = outer;
  }
}
