import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writeFileAtomic } from '@arborize/core/node';
import { sha256 } from '../source/checksum.ts';
import type { DownloadCache } from '../source/source.ts';

/**
 * Keeps downloads as files in a directory, which is made when needed. A kill in the middle of a download leaves nothing
 * half written.
 *
 * @example
 * const data = await loadMnist('https://example.org/mnist', { cache: fileCache('.cache/mnist') });
 */
export function fileCache(directory: string): DownloadCache {
  return {
    async read(url) {
      try {
        return await readFile(join(directory, await fileName(url)));
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
        throw error;
      }
    },
    async write(url, bytes) {
      await mkdir(directory, { recursive: true });
      await writeFileAtomic(join(directory, await fileName(url)), bytes);
    },
  };
}

/** The hash keeps URLs apart, the last part of the path tells a person which file it is. */
async function fileName(url: string): Promise<string> {
  const hash = await sha256(new TextEncoder().encode(url));
  const last = url
    .split('/')
    .at(-1)!
    .replace(/[^\w.-]/g, '_')
    .slice(-80);
  return `${hash.slice(0, 16)}-${last}`;
}
