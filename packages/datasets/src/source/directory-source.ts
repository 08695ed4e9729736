import { DataError } from '../errors/data-error.ts';
import { assertChecksum } from './checksum.ts';
import { fullName, type LoadOptions, type Source } from './source.ts';

/** Reads files under a directory, in Node, whose modules are reached so that a bundle for the browser has no trace of them. */
export async function directorySource(location: string, options: LoadOptions): Promise<Source> {
  const { readdir, readFile, stat } = globalThis.process.getBuiltinModule('node:fs/promises');
  const { join, relative, sep } = globalThis.process.getBuiltinModule('node:path');
  const found = await missingAsNull(location, stat(location));
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
      const name = fullName(source, path);
      const bytes = await missingAsNull(name, readFile(name));
      if (!bytes) return null;
      options.onProgress?.({ file: path, done: bytes.length, total: bytes.length });
      await assertChecksum(bytes, options.checksums?.[path], name);
      return bytes;
    },
    async list() {
      const entries = await readdir(location, { recursive: true, withFileTypes: true });
      return entries
        .filter((entry) => !entry.isDirectory())
        .map((entry) => relative(location, join(entry.parentPath, entry.name)).replaceAll(sep, '/'))
        .sort();
    },
  };
  return source;
}

/** Whether there is a file system to read directories from. */
export function hasFileSystem(): boolean {
  return typeof globalThis.process?.getBuiltinModule === 'function';
}

/** @throws DataError if the file is there but cannot be read. */
async function missingAsNull<T>(file: string, result: Promise<T>): Promise<T | null> {
  try {
    return await result;
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return null;
    const found = code === 'EISDIR' ? 'a directory' : message;
    throw new DataError({ file, expected: 'a readable file', found }, { cause });
  }
}
