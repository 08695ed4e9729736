import { DataError } from '../errors/data-error.ts';
import { assertChecksum } from './checksum.ts';
import { fullName, type LoadOptions, type Source } from './source.ts';

/** Reads files under a directory, in Node. */
export async function directorySource(location: string, options: LoadOptions): Promise<Source> {
  const { readdir, readFile, stat } = fileSystem();
  const found = await missingAsNull(stat(location));
  if (!found?.isDirectory()) {
    throw new DataError({
      file: location,
      expected: 'a directory',
      found: found ? 'a file' : 'nothing of this name',
    });
  }
  const source: Source = {
    location,
    async read(path) {
      const bytes = await missingAsNull(readFile(fullName(source, path)));
      if (!bytes) return null;
      options.onProgress?.({ file: path, done: bytes.length, total: bytes.length });
      await assertChecksum(bytes, options.checksums?.[path], fullName(source, path));
      return bytes;
    },
    async list() {
      const entries = await readdir(location, { recursive: true, withFileTypes: true });
      return entries
        .filter((entry) => !entry.isDirectory())
        .map((entry) => `${entry.parentPath}/${entry.name}`.slice(location.length + 1).replaceAll('\\', '/'))
        .sort();
    },
  };
  return source;
}

/** Whether there is a file system to read directories from. */
export function hasFileSystem(): boolean {
  return typeof globalThis.process?.getBuiltinModule === 'function';
}

/** Node's file system, reached so that a bundle for the browser has no trace of it. */
function fileSystem(): typeof import('node:fs/promises') {
  return globalThis.process.getBuiltinModule('node:fs/promises');
}

async function missingAsNull<T>(result: Promise<T>): Promise<T | null> {
  try {
    return await result;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}
