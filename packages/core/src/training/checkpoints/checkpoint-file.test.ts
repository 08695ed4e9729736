import { describe, expect, it } from 'vitest';
import { type Block, CheckpointError, decodeFile, encodeFile } from './checkpoint-file.ts';
import { crc32 } from './crc32.ts';

const blocks: Block[] = [
  { name: 'odd', shape: [3], dtype: 'bool', values: Uint8Array.of(1, 0, 1) },
  { name: 'floats', shape: [2, 1], dtype: 'float32', values: Float32Array.of(-0, Number.NaN) },
  { name: 'none', shape: [0, 4], dtype: 'float32', values: new Float32Array() },
  { name: 'scalar', shape: [], dtype: 'int32', values: Int32Array.of(-7) },
];
const file = encodeFile({ header: { text: 'Ω', list: [1] }, blocks });
const decode = (bytes: Uint8Array) => decodeFile(bytes, 'run.checkpoint');

describe('crc32', () => {
  it('closed form: gives the check value of the standard', () => {
    expect(crc32(new TextEncoder().encode('123456789'))).toBe(0xcbf43926);
    expect(crc32(new Uint8Array())).toBe(0);
  });
});

describe('checkpoint file', () => {
  it('gives back the header and every bit of the blocks', () => {
    const decoded = decode(file);
    expect(decoded.header).toEqual({ text: 'Ω', list: [1] });
    expect(decoded.blocks).toEqual(blocks);
    expect(Object.is(decoded.blocks[1]!.values[0], -0)).toBe(true);
  });

  it('reads bytes that begin in the middle of a buffer, as Node hands them out', () => {
    const shifted = new Uint8Array(file.length + 3);
    shifted.set(file, 3);
    expect(decode(shifted.subarray(3)).blocks).toEqual(blocks);
    expect(decode(Buffer.from(file)).blocks).toEqual(blocks);
  });

  it('errors: at every length short of the whole, and beyond', () => {
    for (let length = 0; length < file.length; length++) {
      expect(() => decode(file.slice(0, length))).toThrow(CheckpointError);
    }
    expect(() => decode(file.slice(0, 50))).toThrow(
      `run.checkpoint is truncated: expected ${file.length} bytes, got 50.`,
    );
    expect(() => decode(file.slice(0, 5))).toThrow('run.checkpoint is not an Arborize checkpoint (5 bytes).');
    expect(() => decode(Uint8Array.from([...file, 0]))).toThrow('is too long');
  });

  it('errors: at every single flipped bit', () => {
    for (let bit = 0; bit < file.length * 8; bit++) {
      const flipped = file.slice();
      flipped[bit >> 3]! ^= 1 << (bit & 7);
      expect(() => decode(flipped)).toThrow(CheckpointError);
    }
    const flipped = file.slice();
    flipped[file.length - 1]! ^= 1;
    expect(() => decode(flipped)).toThrow(
      'run.checkpoint is damaged: its contents do not match its checksum.',
    );
  });
});
