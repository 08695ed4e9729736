import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { DataError } from '../errors/data-error.ts';
import { idxFile } from '../testing/idx-file.ts';
import { mnistFiles } from '../testing/mnist-files.ts';
import { scratchDirectory } from '../testing/scratch-directory.ts';
import { loadMnist } from './load-mnist.ts';

const REAL = fileURLToPath(new URL('../../../../../shared/data/mnist', import.meta.url));

describe('loadMnist', () => {
  it('closed form: scales pixels and keeps labels in order', async () => {
    const { train, test } = await loadMnist(await scratchDirectory(mnistFiles()));
    expect(train).toMatchObject({ shape: [2, 2, 1], classes: 10, count: 3, ys: Int32Array.of(7, 0, 9) });
    expect(train.xs).toHaveLength(12);
    expect(train.xs.subarray(0, 4)).toEqual(Float32Array.of(0, 1, 0.2, 0.4));
    expect(test).toMatchObject({ count: 2, ys: Int32Array.of(1, 2) });
  });

  it('reads gzipped files as it reads plain ones, and names the data after the directory', async () => {
    const plain = await loadMnist(await scratchDirectory(mnistFiles()));
    const packed = Object.entries(mnistFiles()).map(([file, bytes]) => [
      `fashion/${file}.gz`,
      gzipSync(bytes),
    ]);
    const directory = await scratchDirectory(Object.fromEntries(packed));
    expect(await loadMnist(`${directory}/fashion/`)).toEqual({ ...plain, name: 'fashion' });
  });

  it('reads the real MNIST', async ({ skip }) => {
    skip(!existsSync(REAL), 'the real MNIST: put its four IDX files into ../shared/data/mnist');
    const { train, test } = await loadMnist(REAL);
    expect([train.count, test.count, train.shape]).toEqual([60000, 10000, [28, 28, 1]]);
    expect([...train.ys.subarray(0, 8)]).toEqual([5, 0, 4, 1, 9, 2, 1, 3]);
    expect([...test.ys.subarray(0, 8)]).toEqual([7, 2, 1, 0, 4, 1, 4, 9]);
    const mean = train.xs.reduce((sum, pixel) => sum + pixel, 0) / train.xs.length;
    expect(mean).toBeCloseTo(0.1307, 4);
  });
});

describe('loadMnist, errors', () => {
  const load = async (changes: Record<string, Uint8Array>) =>
    loadMnist(await scratchDirectory({ ...mnistFiles(), ...changes }));

  it('a missing directory, a file in its place, an empty directory, a missing file', async () => {
    await expect(loadMnist('no/such/place')).rejects.toThrow(
      'no/such/place: expected a directory, found nothing of this name.',
    );
    const directory = await scratchDirectory({ 'a/b': '' });
    await expect(loadMnist(`${directory}/a/b`)).rejects.toThrow('expected a directory, found a file.');
    await expect(loadMnist(`${directory}/a`)).rejects.toThrow(
      `${directory}/a: expected a file train-images-idx3-ubyte.gz or train-images-idx3-ubyte, found neither.`,
    );
    const { 't10k-labels-idx1-ubyte': _, ...rest } = mnistFiles();
    await expect(loadMnist(await scratchDirectory(rest))).rejects.toThrow(
      'expected a file t10k-labels-idx1-ubyte.gz or t10k-labels-idx1-ubyte, found neither.',
    );
  });

  it('a truncated file, plain and gzipped', async () => {
    const file = 'train-images-idx3-ubyte';
    const bytes = mnistFiles()[file]!;
    await expect(load({ [file]: bytes.subarray(0, 20) })).rejects.toThrow(
      /train-images-idx3-ubyte: expected 28 bytes for an array of shape \[3, 2, 2\], found 20\. The file is truncated/,
    );
    await expect(load({ [`${file}.gz`]: gzipSync(bytes).subarray(0, 30) })).rejects.toThrow(
      /train-images-idx3-ubyte\.gz: expected a whole gzip stream, found a truncated or damaged one of 30 bytes\./,
    );
  });

  it('garbage after a gzip header, a gzip of garbage, garbage that only claims to be gzip', async () => {
    const file = 't10k-images-idx3-ubyte.gz';
    const garbage = Uint8Array.from({ length: 99 }, (_, i) => (37 * i * i) % 251);
    const gzipHeader = gzipSync('').subarray(0, 10);
    await expect(load({ [file]: Buffer.concat([gzipHeader, garbage]) })).rejects.toThrow(
      /t10k-images-idx3-ubyte\.gz: expected a whole gzip stream/,
    );
    await expect(load({ [file]: gzipSync(garbage) })).rejects.toThrow(
      /t10k-images-idx3-ubyte\.gz: expected an IDX file, .*, found bytes 00 25 94 52\./,
    );
    await expect(load({ [file]: garbage })).rejects.toThrow(/expected an IDX file/);
  });

  it('labels that do not match the images, or are not classes', async () => {
    await expect(load({ 'train-labels-idx1-ubyte': idxFile([2], [1, 2]) })).rejects.toThrow(
      /train-labels-idx1-ubyte: expected 3 labels, one for each image of .*train-images-idx3-ubyte, found 2\./,
    );
    await expect(load({ 'train-labels-idx1-ubyte': idxFile([3], [1, 2, 10]) })).rejects.toThrow(
      'expected labels from 0 to 9, found 10 at position 2.',
    );
  });

  it('files swapped, and elements of another type', async () => {
    const files = mnistFiles();
    await expect(load({ 'train-images-idx3-ubyte': files['train-labels-idx1-ubyte']! })).rejects.toThrow(
      'expected bytes in an array of rank 3, found Uint8 in an array of rank 1.',
    );
    const int8 = Uint8Array.of(0, 0, 9, ...files['train-labels-idx1-ubyte']!.subarray(3));
    await expect(load({ 'train-labels-idx1-ubyte': int8 })).rejects.toThrow(
      'found Int8 in an array of rank 1.',
    );
  });

  it('a checksum that is not that of the file', async () => {
    const directory = await scratchDirectory(mnistFiles());
    const checksums = { 'train-labels-idx1-ubyte': 'ab'.repeat(32) };
    const attempt = loadMnist(directory, { checksums });
    await expect(attempt).rejects.toBeInstanceOf(DataError);
    await expect(attempt).rejects.toThrow(
      /train-labels-idx1-ubyte: expected SHA-256 abab.*, found [0-9a-f]{64}\./,
    );
  });
});
