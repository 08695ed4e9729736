import jpeg from 'jpeg-js';
import { describe, expect, it } from 'vitest';
import { pngFile } from '../testing/png-file.ts';
import { scratchDirectory } from '../testing/scratch-directory.ts';
import { serve } from '../testing/serve.ts';
import { decodeImage } from './decode-image.ts';
import { loadImageFolder } from './load-image-folder.ts';
import { loadImages } from './load-images.ts';
import { resize } from './resize.ts';

const COLOR = { depth: 8, colorType: 2 };
/** A PNG of one row of pixels. */
const row = (...rgb: number[]) => pngFile({ ...COLOR, width: rgb.length / 3 }, [rgb]);

function jpegFile(width: number, height: number, rgb: readonly number[]): Uint8Array {
  const data = Array.from({ length: width * height }, () => [...rgb, 255]).flat();
  return new Uint8Array(jpeg.encode({ width, height, data: Uint8Array.from(data) }, 95).data);
}

describe('decodeImage', () => {
  it('closed form: PNG of every colour type and depth', async () => {
    const pixels = async (bytes: Uint8Array) => [...(await decodeImage(bytes, 'a')).pixels];
    expect(await pixels(row(1, 2, 3, 40, 50, 60))).toEqual([1, 2, 3, 40, 50, 60]);
    expect(await pixels(pngFile({ width: 2, depth: 8, colorType: 0 }, [[7, 255]]))).toEqual([
      7, 7, 7, 255, 255, 255,
    ]);
    expect(await pixels(pngFile({ width: 1, depth: 16, colorType: 0 }, [[128, 9]]))).toEqual([128, 128, 128]);
    expect(await pixels(pngFile({ width: 2, depth: 8, colorType: 4 }, [[200, 51, 9, 0]]))).toEqual([
      40, 40, 40, 0, 0, 0,
    ]);
    expect(await pixels(pngFile({ width: 1, depth: 8, colorType: 6 }, [[10, 20, 30, 255]]))).toEqual([
      10, 20, 30,
    ]);
    expect(await pixels(pngFile({ width: 3, depth: 1, colorType: 0 }, [[0b10100000]]))).toEqual([
      255, 255, 255, 0, 0, 0, 255, 255, 255,
    ]);
    const palette = [1, 2, 3, 4, 5, 6, 7, 8, 9];
    expect(await pixels(pngFile({ width: 3, depth: 2, colorType: 3 }, [[0b10000100]], palette))).toEqual([
      7, 8, 9, 1, 2, 3, 4, 5, 6,
    ]);
  });

  it('decodes JPEG to nearly what was encoded', async () => {
    const { width, height, pixels } = await decodeImage(jpegFile(9, 5, [200, 100, 50]), 'a');
    expect([width, height, pixels.length]).toEqual([9, 5, 135]);
    for (const [i, value] of pixels.entries())
      expect(Math.abs(value - [200, 100, 50][i % 3]!)).toBeLessThan(4);
  });

  it('errors: neither, empty, truncated, damaged', async () => {
    const decode = (bytes: Uint8Array) => decodeImage(bytes, 'cat.jpg');
    await expect(decode(Buffer.from('GIF89a'))).rejects.toThrow(
      'cat.jpg: expected a JPEG or PNG image, found something else.',
    );
    await expect(decode(new Uint8Array(0))).rejects.toThrow('found an empty file.');
    const whole = jpegFile(64, 64, [9, 99, 200]);
    const damage = 'cat.jpg: expected a whole image, found a truncated or damaged one: ';
    await expect(decode(whole.subarray(0, 30))).rejects.toThrow(damage);
    await expect(decode(whole.subarray(0, whole.length - 60))).rejects.toThrow(damage);
    const png = row(1, 2, 3, 40, 50, 60);
    await expect(decode(png.subarray(0, png.length - 20))).rejects.toThrow(damage);
    png[45]! ^= 255;
    await expect(decode(png)).rejects.toThrow(damage);
  });
});

describe('resize', () => {
  it('closed form: keeps the same size and a constant, halves by weighted means, doubles linearly', () => {
    const image = Float32Array.of(0, 1, 2, 3, 4, 5);
    expect(resize(image, [2, 3], [2, 3], 1)).toEqual(image);
    const flat = resize(new Float32Array(5 * 7 * 2).fill(0.5), [5, 7], [3, 11], 2);
    expect(flat).toHaveLength(66);
    expect(flat.every((value) => Math.abs(value - 0.5) < 1e-6)).toBe(true);
    expect(resize(Float32Array.of(0, 4), [1, 2], [1, 4], 1)).toEqual(Float32Array.of(0, 1, 3, 4));
    const [left, right] = resize(Float32Array.of(1, 1, 0, 0), [1, 4], [1, 2], 1);
    expect(left).toBeCloseTo(6 / 7, 6);
    expect(right).toBeCloseTo(1 / 7, 6);
  });
});

describe('loadImageFolder', () => {
  const files = {
    'dog/1.png': row(0, 0, 255, 51, 51, 51),
    'cat/b.PNG': row(255, 0, 0, 0, 255, 0),
    'cat/a/deep.png': row(0, 0, 0, 255, 255, 255),
    'cat/notes.txt': 'not an image',
  };

  it('closed form: classes are folders, examples in order of their paths', async () => {
    const { samples, classNames } = await loadImageFolder(await scratchDirectory(files));
    expect(classNames).toEqual(['cat', 'dog']);
    expect(samples).toMatchObject({ shape: [1, 2, 3], classes: 2, count: 3, ys: Int32Array.of(0, 0, 1) });
    expect(samples.xs).toEqual(Float32Array.of(0, 0, 0, 1, 1, 1, 1, 0, 0, 0, 1, 0, 0, 0, 1, 0.2, 0.2, 0.2));
  });

  it('makes greyscale, resizes, and keeps the order of given classes', async () => {
    const { samples, classNames } = await loadImageFolder(await scratchDirectory(files), {
      grayscale: true,
      size: [2, 1],
      classNames: ['dog', 'cat', 'cow'],
    });
    expect([samples.shape, samples.classes, [...samples.ys]]).toEqual([[2, 1, 1], 3, [1, 1, 0]]);
    expect(classNames).toEqual(['dog', 'cat', 'cow']);
    expect(samples.xs[0]).toBeCloseTo(0.5, 5);
    expect(samples.xs[2]).toBeCloseTo((0.299 + 0.587) / 2, 5);
  });

  it('reads a URL by its index, more images than are read at a time', async () => {
    const many = Object.fromEntries(
      Array.from({ length: 40 }, (_, i) => [`c${i % 2}/${String(i).padStart(2, '0')} #.png`, row(i, i, i)]),
    );
    const { url } = await serve({ ...many, 'index.json': JSON.stringify(Object.keys(many).reverse()) });
    const fromUrl = await loadImageFolder(url);
    expect(fromUrl).toEqual(await loadImageFolder(await scratchDirectory(many)));
    expect(Math.round(fromUrl.samples.xs[3]! * 255)).toBe(2);
  });

  it('errors: nothing there, a stray image, sizes that differ, a broken image, an unknown class', async () => {
    const load = async (more: Record<string, Uint8Array | string>, options = {}) =>
      loadImageFolder(await scratchDirectory({ ...files, ...more }), options);
    await expect(loadImageFolder(await scratchDirectory({ 'a/b.txt': '' }))).rejects.toThrow(
      'expected JPEG or PNG images in folders, found none.',
    );
    await expect(load({ 'x.png': row(1, 2, 3) })).rejects.toThrow(
      /x\.png: expected the image in a folder named after its class, found it in no folder\./,
    );
    await expect(load({ 'dog/2.png': row(1, 2, 3) })).rejects.toThrow(
      /dog\/2\.png: expected 1×2 pixels \(height × width\) like the first image, found 1×1\. Give a size/,
    );
    await expect(load({ 'dog/2.png': 'text' })).rejects.toThrow(/dog\/2\.png: expected a JPEG or PNG image/);
    await expect(load({}, { classNames: ['dog'] })).rejects.toThrow(
      /cat\/a\/deep\.png: expected a folder named 'dog', found 'cat'\./,
    );
    await expect(load({}, { size: [0, 8] })).rejects.toThrow(
      'loadImageFolder: size must be an integer ≥ 1, got 0.',
    );
  });

  it('errors: an index that is missing, is none, or lists what is not there', async () => {
    const expected = 'index.json: expected a JSON array of paths, such as ["cat/1.jpg", "dog/1.jpg"], found';
    const load = async (served: Record<string, string>) => loadImageFolder((await serve(served)).url);
    await expect(load({})).rejects.toThrow(`${expected} nothing of this name.`);
    await expect(load({ 'index.json': '<html>' })).rejects.toThrow(`${expected} no JSON.`);
    await expect(load({ 'index.json': '{"cat": 1}' })).rejects.toThrow(`${expected} other JSON.`);
    await expect(load({ 'index.json': '["cat/1.png"]' })).rejects.toThrow(
      /cat\/1\.png: expected an image, found nothing of this name\./,
    );
  });
});

describe('loadImages', () => {
  const files = {
    'train/dog/1.png': row(9, 9, 9),
    'train/cat/1.png': row(0, 0, 0),
    'test/dog/1.png': row(1, 1, 1),
  };

  it('reads train and test with the classes of train', async () => {
    const root = await scratchDirectory(files);
    const { name, train, test, classNames } = await loadImages(`${root}/`);
    expect([train.count, test.count, test.classes, classNames]).toEqual([2, 1, 2, ['cat', 'dog']]);
    expect([...test.ys]).toEqual([1]);
    expect(root.endsWith(name)).toBe(true);
    expect((await loadImages(root, { size: [3, 4], grayscale: true })).test.shape).toEqual([3, 4, 1]);
  });

  it('errors: no folder for testing, a class that training lacks, sizes that differ', async () => {
    const load = async (more: Record<string, Uint8Array>) => loadImages(await scratchDirectory(more));
    await expect(load({ 'train/dog/1.png': row(9, 9, 9) })).rejects.toThrow(
      /\/test: expected a directory, found nothing of this name\./,
    );
    await expect(load({ ...files, 'test/cow/1.png': row(9, 9, 9) })).rejects.toThrow(
      /test\/cow\/1\.png: expected a folder named 'cat', 'dog', found 'cow'\./,
    );
    await expect(load({ ...files, 'test/dog/1.png': row(1, 1, 1, 2, 2, 2) })).rejects.toThrow(
      /test: expected images of 1×1 pixels \(height × width\) like those of train, found 1×2\. Give a size/,
    );
  });
});
