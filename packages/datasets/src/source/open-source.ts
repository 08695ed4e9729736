import { directorySource, hasFileSystem } from './directory-source.ts';
import type { LoadOptions, Source } from './source.ts';
import { urlSource } from './url-source.ts';

/**
 * The files under a directory, or under a URL.
 *
 * @throws DataError if it is a directory that does not exist.
 */
export async function openSource(location: string, options: LoadOptions): Promise<Source> {
  const trimmed = location.replace(/(?<=.)[/\\]+$/, '');
  return isUrl(location) ? urlSource(trimmed, options) : directorySource(trimmed, options);
}

/** Where there is no file system, as in a browser, anything is a URL. */
export function isUrl(location: string): boolean {
  return /^https?:\/\//i.test(location) || !hasFileSystem();
}
