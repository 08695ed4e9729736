import { DataError } from '../errors/data-error.ts';
import { isUrl, openSource } from './open-source.ts';
import type { LoadOptions } from './source.ts';
import { fetchFile } from './url-source.ts';

/**
 * The bytes of one file at a path or URL.
 *
 * @throws DataError if there is none.
 */
export async function readLocation(location: string, options: LoadOptions): Promise<Uint8Array> {
  const cut = location.search(/[^/\\]*$/);
  const [directory, file] = [location.slice(0, cut), location.slice(cut)];
  const bytes = isUrl(location)
    ? await fetchFile(location, file, options)
    : await (await openSource(directory || '.', options)).read(file);
  if (bytes) return bytes;
  throw new DataError({ file: location, expected: 'a file', found: 'nothing of this name' });
}
