import { DataError } from '../errors/data-error.ts';
import { assertChecksum, hasChecksum } from './checksum.ts';
import type { LoadOptions, Source } from './source.ts';

/** Downloads files under a URL. */
export function urlSource(location: string, options: LoadOptions): Source {
  return {
    location,
    read(path) {
      const url = `${location}/${path.split('/').map(encodeURIComponent).join('/')}`;
      return fetchFile(url, path, options);
    },
  };
}

/** A file from the cache or the network, or `null`; `path` is what progress and checksums call it. */
export async function fetchFile(
  url: string,
  path: string,
  { onProgress, cache, checksums }: LoadOptions,
): Promise<Uint8Array | null> {
  const checksum = checksums?.[path];
  const kept = await cache?.read(url);
  if (kept && (await hasChecksum(kept, checksum))) {
    onProgress?.({ file: path, done: kept.length, total: kept.length });
    return kept;
  }
  const bytes = await download(url, (done, total) => onProgress?.({ file: path, done, total }));
  if (!bytes) return null;
  await assertChecksum(bytes, checksum, url);
  await cache?.write(url, bytes);
  return bytes;
}

/** The body of a URL, or `null` where the server says that there is nothing. */
async function download(
  url: string,
  onBytes: (done: number, total: number | null) => void,
): Promise<Uint8Array | null> {
  const response = await reach(url, fetch(url));
  if (response.status === 404) {
    await response.body?.cancel();
    return null;
  }
  if (!response.ok) {
    await response.body?.cancel();
    throw new DataError({
      file: url,
      expected: 'a file',
      found: `HTTP ${response.status} ${response.statusText}`.trim(),
    });
  }
  const total = announcedLength(response);
  const chunks: Uint8Array[] = [];
  let done = 0;
  const reader = response.body!.getReader();
  for (;;) {
    const { value } = await reach(url, reader.read());
    if (!value) break;
    chunks.push(value);
    done += value.length;
    onBytes(done, total);
  }
  return concatenate(chunks, done);
}

/** The announced length counts packed bytes, so it says nothing where the server packs on the way. */
function announcedLength({ headers }: Response): number | null {
  const length = headers.get('content-length');
  return length === null || headers.has('content-encoding') ? null : Number(length);
}

async function reach<T>(url: string, attempt: Promise<T>): Promise<T> {
  try {
    return await attempt;
  } catch (cause) {
    const reason = (cause as Error).cause ?? cause;
    throw new DataError(
      {
        file: url,
        expected: 'a download',
        found: `a connection that failed: ${(reason as Error).message}`,
        remedy: 'Check the address and the network.',
      },
      { cause },
    );
  }
}

function concatenate(chunks: readonly Uint8Array[], length: number): Uint8Array {
  const whole = new Uint8Array(length);
  let offset = 0;
  for (const chunk of chunks) {
    whole.set(chunk, offset);
    offset += chunk.length;
  }
  return whole;
}
