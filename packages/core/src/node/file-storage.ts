import { readFile } from 'node:fs/promises';
import type { CheckpointStorage } from '../training/checkpoints/checkpoint-storage.ts';
import { writeFileAtomic } from './write-file-atomic.ts';

/**
 * Keeps a checkpoint in a file, which a kill at any moment leaves whole: with the old checkpoint or with the new one.
 *
 * @param path The file; its directory must exist.
 *
 * @example
 * const storage = fileStorage('run.checkpoint');
 * await saveCheckpoint(storage, { model, epoch: 3 });
 */
export function fileStorage(path: string): CheckpointStorage {
  return {
    name: path,
    async read() {
      try {
        return await readFile(path);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
        throw error;
      }
    },
    write: (bytes) => writeFileAtomic(path, bytes),
  };
}
