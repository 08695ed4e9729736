import type { CheckpointStorage } from '../training/checkpoints/checkpoint-storage.ts';

/** A {@link CheckpointStorage} in memory, whose bytes a test may read and damage. */
export interface MemoryStorage extends CheckpointStorage {
  bytes: Uint8Array | null;
}

/**
 * An empty place in memory for a checkpoint.
 *
 * @param dies Lets this write, counted from 1, throw 'killed', as the end of a process would. Default none.
 * @example
 * const storage = memoryStorage();
 * await saveCheckpoint(storage, { model, epoch: 1 });
 */
export function memoryStorage(dies = Number.POSITIVE_INFINITY): MemoryStorage {
  let writes = 0;
  return {
    name: 'memory',
    bytes: null,
    async read() {
      return this.bytes;
    },
    async write(bytes) {
      if (++writes === dies) throw new Error('killed');
      this.bytes = bytes.slice();
    },
  };
}
