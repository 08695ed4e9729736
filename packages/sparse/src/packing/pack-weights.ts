import { ArgumentError } from '@arborize/core';
import type { io } from '@tensorflow/tfjs-core';

/** How a packed weight lies in the data: one bit for each number, 1 where it is not 0, then the numbers that are not. */
export interface Packing {
  readonly encoding: 'bitmask';
  /** How many numbers are not 0. */
  readonly kept: number;
}

type Spec = io.WeightsManifestEntry & { packing?: Packing };

/** What describes weights in a file, and their bytes, one weight after the other. */
export interface Weights {
  readonly specs: readonly Spec[];
  readonly bytes: Uint8Array;
}

const WHERE = 'packedZeros';
const BYTES = { float32: 4, int32: 4, bool: 1, complex64: 8, uint8: 1, uint16: 2, float16: 2 } as const;

/** The same weights, those of float32 packed that are smaller so; their bits stay. */
export function packWeights({ specs, bytes }: Weights): Weights {
  const parts: Uint8Array[] = [];
  const sections = sectionsOf(bytes, specs.map(bytesOf));
  const packed = specs.map((spec, i): Spec => {
    const own = sections[i]!;
    if (spec.dtype !== 'float32' || spec.quantization) {
      parts.push(own);
      return spec;
    }
    const words = new Uint32Array(own.slice().buffer);
    // −0 is not all zeros in its bits, so that it comes back as it was.
    const kept = words.filter((word) => word !== 0);
    const mask = new Uint8Array(Math.ceil(words.length / 8));
    if (mask.length + 4 * kept.length >= own.length) {
      parts.push(own);
      return spec;
    }
    for (const [k, word] of words.entries()) if (word !== 0) mask[k >> 3]! |= 1 << (k & 7);
    parts.push(mask, new Uint8Array(kept.buffer));
    return { ...spec, packing: { encoding: 'bitmask', kept: kept.length } };
  });
  return { specs: packed, bytes: joined(parts) };
}

/** The opposite of {@link packWeights}; throws an `ArgumentError` unless all the bytes are there and fit their masks. */
export function unpackWeights({ specs, bytes }: Weights): Weights {
  const lengths = specs.map(storedBytes);
  const needed = lengths.reduce((sum, length) => sum + length, 0);
  if (needed !== bytes.length) throw fault('weightData', `${bytes.length} bytes`, `${needed} bytes`);
  const parts: Uint8Array[] = [];
  const sections = sectionsOf(bytes, lengths);
  const plain = specs.map((spec, i): Spec => {
    const own = sections[i]!;
    const { packing, ...rest } = spec;
    parts.push(packing ? unpacked(own, sizeOf(spec), spec.name, packing) : own);
    return rest;
  });
  return { specs: plain, bytes: joined(parts) };
}

function unpacked(own: Uint8Array, size: number, name: string, { kept }: Packing): Uint8Array {
  const words = new Uint32Array(size);
  const values = new Uint32Array(own.slice(Math.ceil(size / 8)).buffer);
  let next = 0;
  for (let i = 0; i < size; i++) {
    if ((own[i >> 3]! >> (i & 7)) & 1) words[i] = values[next++]!;
  }
  if (next !== kept) throw fault(`weight ${name}`, `a mask with ${next} ones`, `${kept} ones`);
  return new Uint8Array(words.buffer);
}

function storedBytes(spec: Spec): number {
  const { packing } = spec;
  if (!packing) return bytesOf(spec);
  if (packing.encoding !== 'bitmask') {
    throw fault(`packing of ${spec.name}`, packing, "of encoding 'bitmask'");
  }
  return Math.ceil(sizeOf(spec) / 8) + 4 * packing.kept;
}

function bytesOf(spec: Spec): number {
  const dtype = spec.quantization?.dtype ?? spec.dtype;
  if (dtype === 'string') throw fault(`weight ${spec.name}`, 'strings', 'numbers');
  return sizeOf(spec) * BYTES[dtype];
}

function sizeOf({ shape }: Spec): number {
  return shape.reduce((size, length) => size * length, 1);
}

/** The bytes of each weight, which follow each other. */
function sectionsOf(bytes: Uint8Array, lengths: readonly number[]): Uint8Array[] {
  let end = 0;
  return lengths.map((length) => {
    end += length;
    return bytes.subarray(end - length, end);
  });
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

function fault(argument: string, got: unknown, expected: string): ArgumentError {
  return new ArgumentError({ where: WHERE, argument, got, expected });
}
