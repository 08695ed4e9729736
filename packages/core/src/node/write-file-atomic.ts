import { randomUUID } from 'node:crypto';
import { open, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

/**
 * Replaces a file wholly or not at all: after a kill or a power cut, the path holds either the old or the new content.
 *
 * The data goes to a hidden file in the same directory first, is flushed to the disk, and then takes the name. A kill in
 * between leaves that hidden file behind, named `.<file>.<uuid>.tmp`.
 *
 * @param path Where to write; its directory must exist.
 * @throws Error of the file system; the file at `path` is then unchanged.
 *
 * @example
 * await writeFileAtomic('results.json', JSON.stringify({ accuracy: 0.98 }));
 */
export async function writeFileAtomic(path: string, data: string | Uint8Array): Promise<void> {
  const temporary = join(dirname(path), `.${basename(path)}.${randomUUID()}.tmp`);
  try {
    const file = await open(temporary, 'wx');
    try {
      await file.writeFile(data);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
  await syncDirectory(dirname(path));
}

/** Makes the new name itself survive a power cut, where the platform lets a directory be opened. */
async function syncDirectory(path: string): Promise<void> {
  // Windows cannot open directories, and needs no flush of them.
  if (process.platform === 'win32') return;
  const directory = await open(path, 'r');
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}
