import { crc32 } from './crc32.ts';

/** The error of a checkpoint that cannot be used: damaged, or made by another model or optimiser. */
export class CheckpointError extends Error {
  override readonly name = 'CheckpointError';
}

/** The numbers of one tensor. */
export interface Block {
  readonly name: string;
  readonly shape: readonly number[];
  readonly dtype: 'float32' | 'int32' | 'bool';
  readonly values: Float32Array | Int32Array | Uint8Array;
}

/** A JSON value and blocks of numbers: what a checkpoint file holds. */
export interface Contents<Header> {
  readonly header: Header;
  readonly blocks: readonly Block[];
}

// File: magic, then little-endian uint32 total length, CRC-32 of all that follows, and length of the JSON; the JSON;
// the values of the blocks in order. CRC-32 and not SHA-256: it guards against damage, not against people, and
// WebCrypto is missing on pages served over plain HTTP.
const MAGIC = 'ARBORIZE';
const TOTAL = 8;
const CHECKSUM = 12;
const JSON_LENGTH = 16;
const START = 20;

const ARRAYS = { float32: Float32Array, int32: Int32Array, bool: Uint8Array };

/** The bytes of a checkpoint. */
export function encodeFile<Header>({ header, blocks }: Contents<Header>): Uint8Array {
  const described = blocks.map(({ name, shape, dtype }) => ({ name, shape, dtype }));
  const json = new TextEncoder().encode(JSON.stringify({ version: 1, header, blocks: described }));
  const parts = [json, ...blocks.map((b) => bytesOf(b.values))];
  const file = new Uint8Array(START + parts.reduce((length, part) => length + part.length, 0));
  new TextEncoder().encodeInto(MAGIC, file);
  let offset = START;
  for (const part of parts) {
    file.set(part, offset);
    offset += part.length;
  }
  const view = new DataView(file.buffer);
  view.setUint32(TOTAL, file.length, true);
  view.setUint32(JSON_LENGTH, json.length, true);
  view.setUint32(CHECKSUM, crc32(file.subarray(JSON_LENGTH)), true);
  return file;
}

/**
 * What {@link encodeFile} was given.
 *
 * @param name Where the bytes came from, for the message.
 * @throws CheckpointError if the bytes are no checkpoint, truncated, damaged, or of a newer format.
 */
export function decodeFile<Header>(file: Uint8Array, name: string): Contents<Header> {
  if (file.length < START || new TextDecoder().decode(file.subarray(0, TOTAL)) !== MAGIC) {
    throw new CheckpointError(`${name} is not an Arborize checkpoint (${file.length} bytes).`);
  }
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const total = view.getUint32(TOTAL, true);
  if (file.length !== total) {
    const fault = file.length < total ? 'truncated' : 'too long';
    throw new CheckpointError(`${name} is ${fault}: expected ${total} bytes, got ${file.length}.`);
  }
  if (crc32(file.subarray(JSON_LENGTH)) !== view.getUint32(CHECKSUM, true)) {
    throw new CheckpointError(`${name} is damaged: its contents do not match its checksum.`);
  }
  const end = START + view.getUint32(JSON_LENGTH, true);
  const { version, header, blocks } = JSON.parse(new TextDecoder().decode(file.subarray(START, end)));
  if (version !== 1) {
    throw new CheckpointError(`${name} has format version ${version}; this release reads version 1.`);
  }
  return { header, blocks: readBlocks(file, end, blocks) };
}

function readBlocks(file: Uint8Array, start: number, described: readonly Omit<Block, 'values'>[]): Block[] {
  let offset = start;
  return described.map((block) => {
    const ArrayType = ARRAYS[block.dtype];
    const length = block.shape.reduce((size, side) => size * side, 1) * ArrayType.BYTES_PER_ELEMENT;
    // A copy, because typed arrays need aligned offsets and the tensors must not keep the whole file alive. Not by
    // `slice`, which for a Buffer of Node's is a view.
    const values = new ArrayType(new Uint8Array(file.subarray(offset, offset + length)).buffer);
    offset += length;
    return { ...block, values };
  });
}

function bytesOf(values: Block['values']): Uint8Array {
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
}
