import { DataError } from '../errors/data-error.ts';

type IdxValues = Uint8Array | Int8Array | Int16Array | Int32Array | Float32Array | Float64Array;

/** An array as an IDX file holds it. */
export interface IdxArray {
  /** Extents, slowest first. */
  readonly shape: readonly number[];
  readonly values: IdxValues;
}

interface ElementType {
  readonly bytes: number;
  read(bytes: DataView, count: number): IdxValues;
}

/** Element types by the third byte of the file. Numbers are big-endian, so each is read on its own. */
const ELEMENT_TYPES: Readonly<Record<number, ElementType>> = {
  8: { bytes: 1, read: (view, count) => new Uint8Array(view.buffer, view.byteOffset, count).slice() },
  9: { bytes: 1, read: (view, count) => Int8Array.from({ length: count }, (_, i) => view.getInt8(i)) },
  11: { bytes: 2, read: (view, count) => Int16Array.from({ length: count }, (_, i) => view.getInt16(2 * i)) },
  12: { bytes: 4, read: (view, count) => Int32Array.from({ length: count }, (_, i) => view.getInt32(4 * i)) },
  13: {
    bytes: 4,
    read: (view, count) => Float32Array.from({ length: count }, (_, i) => view.getFloat32(4 * i)),
  },
  14: {
    bytes: 8,
    read: (view, count) => Float64Array.from({ length: count }, (_, i) => view.getFloat64(8 * i)),
  },
};

/**
 * Reads an IDX file, the format of MNIST.
 *
 * The file is: two zero bytes, the element type, the rank R, R extents as big-endian 32-bit integers, then the elements,
 * big-endian and row-major.
 *
 * @param bytes The whole file, not gzipped.
 * @param name How errors call the file.
 * @throws DataError if the header is not that of an IDX file or the length does not follow from it.
 *
 * @example
 * parseIdx(Uint8Array.of(0, 0, 8, 1, 0, 0, 0, 2, 7, 9), 'labels').values; // Uint8Array [7, 9]
 */
export function parseIdx(bytes: Uint8Array, name: string): IdxArray {
  const [first, second, type, rank] = bytes;
  const elements = ELEMENT_TYPES[type ?? 0];
  if (rank === undefined || first !== 0 || second !== 0 || !elements || rank === 0) {
    throw new DataError({
      file: name,
      expected: 'an IDX file, which begins with bytes 00 00, a type 08 to 0e and a rank above 00',
      found: bytes.length === 0 ? 'an empty file' : `bytes ${hex(bytes.subarray(0, 4))}`,
    });
  }
  const headerLength = 4 + 4 * rank;
  if (bytes.length < headerLength) {
    throw new DataError({
      file: name,
      expected: `an IDX header of ${headerLength} bytes`,
      found: `${bytes.length} bytes in all`,
      remedy: 'The file is truncated; fetch it again.',
    });
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const shape = Array.from({ length: rank }, (_, axis) => view.getUint32(4 + 4 * axis));
  const count = shape.reduce((product, extent) => product * extent, 1);
  const expected = headerLength + count * elements.bytes;
  if (bytes.length !== expected) {
    throw new DataError({
      file: name,
      expected: `${expected} bytes for an array of shape [${shape.join(', ')}]`,
      found: `${bytes.length}`,
      remedy: bytes.length < expected ? 'The file is truncated; fetch it again.' : undefined,
    });
  }
  return { shape, values: elements.read(new DataView(view.buffer, view.byteOffset + headerLength), count) };
}

function hex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join(' ');
}
