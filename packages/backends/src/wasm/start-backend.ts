import * as tf from '@tensorflow/tfjs-core';
import { shareOwnMemory } from './threads/share-own-memory.ts';

/**
 * Starts the stock backend. With `share`, the memory of its binary is declared shared, so that threads can work on it;
 * where an engine refuses that, it starts as it is published.
 *
 * Where it is the threaded build, which keeps its memory in a closure, that is put where kernels of ours look for it.
 *
 * @returns What came in the way of sharing, if anything did.
 */
export async function startBackend(share: boolean): Promise<string | undefined> {
  const { Memory, instantiate } = WebAssembly;
  let memory: WebAssembly.Memory | undefined;
  let problem: string | undefined;
  function Capturing(descriptor: WebAssembly.MemoryDescriptor) {
    memory = new Memory(descriptor);
    return memory;
  }
  async function instantiateShared(source: BufferSource, imports?: WebAssembly.Imports) {
    try {
      const bytes = ArrayBuffer.isView(source)
        ? new Uint8Array(source.buffer, source.byteOffset, source.byteLength)
        : new Uint8Array(source);
      return await instantiate(shareOwnMemory(bytes), imports);
    } catch (error) {
      problem = (error as Error).message;
      return instantiate(source, imports);
    }
  }
  WebAssembly.Memory = Capturing as unknown as typeof Memory;
  if (share) WebAssembly.instantiate = instantiateShared as typeof instantiate;
  try {
    await tf.setBackend('wasm');
  } finally {
    Object.assign(WebAssembly, { Memory, instantiate });
  }
  if (memory) {
    const { wasm } = tf.backend() as unknown as { wasm: { asm?: object } };
    // The backend still looks up its own functions there.
    wasm.asm = Object.create(wasm.asm ?? null, { memory: { value: memory } });
  }
  return problem;
}
