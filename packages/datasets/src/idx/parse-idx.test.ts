import { describe, expect, it } from 'vitest';
import { idxFile } from '../testing/idx-file.ts';
import { parseIdx } from './parse-idx.ts';

describe('parseIdx', () => {
  it('closed form: reads every element type, big-endian and row-major', () => {
    const file = (type: number, ...elements: number[]) =>
      Uint8Array.of(0, 0, type, 1, 0, 0, 0, 2, ...elements);
    const read = (bytes: Uint8Array) => parseIdx(bytes, 'a').values;
    expect(read(file(0x08, 200, 1))).toEqual(Uint8Array.of(200, 1));
    expect(read(file(0x09, 200, 1))).toEqual(Int8Array.of(-56, 1));
    expect(read(file(0x0b, 1, 2, 255, 255))).toEqual(Int16Array.of(258, -1));
    expect(read(file(0x0c, 0, 0, 1, 2, 255, 255, 255, 254))).toEqual(Int32Array.of(258, -2));
    expect(read(file(0x0d, 0x3f, 0x80, 0, 0, 0xc0, 0x20, 0, 0))).toEqual(Float32Array.of(1, -2.5));
    const one = [0x3f, 0xf0, 0, 0, 0, 0, 0, 0];
    expect(read(file(0x0e, ...one, ...one))).toEqual(Float64Array.of(1, 1));
    expect(parseIdx(idxFile([2, 3], [1, 2, 3, 4, 5, 6]), 'a')).toEqual({
      shape: [2, 3],
      values: Uint8Array.of(1, 2, 3, 4, 5, 6),
    });
  });

  it('edges: no elements, and bytes in the middle of a buffer', () => {
    expect(parseIdx(idxFile([0, 28], []), 'a')).toEqual({ shape: [0, 28], values: new Uint8Array(0) });
    const buffer = Uint8Array.of(9, 9, 9, 0, 0, 11, 1, 0, 0, 0, 1, 1, 0, 9);
    expect(parseIdx(buffer.subarray(3, 13), 'a').values).toEqual(Int16Array.of(256));
  });

  it('errors: names the file, what it is and what it should be', () => {
    const good = idxFile([2, 3], [1, 2, 3, 4, 5, 6]);
    const parse = (bytes: Uint8Array) => () => parseIdx(bytes, 'data/x');
    expect(parse(good.subarray(0, 16))).toThrow(
      'data/x: expected 18 bytes for an array of shape [2, 3], found 16. The file is truncated; fetch it again.',
    );
    expect(parse(good.subarray(0, 9))).toThrow(
      'data/x: expected an IDX header of 12 bytes, found 9 bytes in all.',
    );
    expect(parse(Uint8Array.of(...good, 0))).toThrow(
      'expected 18 bytes for an array of shape [2, 3], found 19.',
    );
    expect(parse(new TextEncoder().encode('<!DOCTYPE html>'))).toThrow(
      'data/x: expected an IDX file, which begins with bytes 00 00, a type 08 to 0e and a rank above 00, found bytes 3c 21 44 4f.',
    );
    expect(parse(Uint8Array.of(0, 0, 10, 1, 0, 0, 0, 0))).toThrow('found bytes 00 00 0a 01.');
    expect(parse(Uint8Array.of(0, 0, 8, 0))).toThrow('found bytes 00 00 08 00.');
    expect(parse(new Uint8Array(0))).toThrow('found an empty file.');
  });
});
