import { DataError } from '../errors/data-error.ts';

/** Whether bytes have this SHA-256; where none is known, they do. */
export async function hasChecksum(bytes: Uint8Array, expected: string | undefined): Promise<boolean> {
  return expected === undefined || (await sha256(bytes)) === expected.toLowerCase();
}

/** @throws DataError if bytes do not have this SHA-256; where none is known, they do. */
export async function assertChecksum(
  bytes: Uint8Array,
  expected: string | undefined,
  file: string,
): Promise<void> {
  if (await hasChecksum(bytes, expected)) return;
  throw new DataError({ file, expected: `SHA-256 ${expected}`, found: await sha256(bytes) });
}

/** The SHA-256 of bytes in lower-case hexadecimal. */
export async function sha256(bytes: Uint8Array): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes as BufferSource));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
