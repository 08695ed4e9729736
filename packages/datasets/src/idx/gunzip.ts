import { DataError } from '../errors/data-error.ts';

/**
 * Unpacks gzipped bytes and hands others back as they are.
 *
 * The content decides, not the name: a server may unpack a `.gz` on the way.
 *
 * @param name How errors call the file.
 * @throws DataError if the gzip stream is truncated or damaged.
 */
export async function gunzip(bytes: Uint8Array, name: string): Promise<Uint8Array> {
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return bytes;
  try {
    const unpacked = new Blob([bytes as BlobPart]).stream().pipeThrough(new DecompressionStream('gzip'));
    return new Uint8Array(await new Response(unpacked).arrayBuffer());
  } catch (cause) {
    throw new DataError(
      {
        file: name,
        expected: 'a whole gzip stream',
        found: `a truncated or damaged one of ${bytes.length} bytes`,
        remedy: 'Fetch the file again.',
      },
      { cause },
    );
  }
}
