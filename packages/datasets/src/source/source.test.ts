import { createHash } from 'node:crypto';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { basename, relative } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { loadMnist } from '../mnist/load-mnist.ts';
import { fileCache } from '../node/file-cache.ts';
import { mnistFiles } from '../testing/mnist-files.ts';
import { scratchDirectory } from '../testing/scratch-directory.ts';
import { serve } from '../testing/serve.ts';
import { openSource } from './open-source.ts';
import type { ReadProgress } from './source.ts';

const hash = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

function gzipped(): Record<string, Uint8Array> {
  return Object.fromEntries(
    Object.entries(mnistFiles()).map(([file, bytes]) => [`${file}.gz`, gzipSync(bytes)]),
  );
}

describe('a URL', () => {
  it('gives what the directory gives, gzipped, plain or unpacked on the way', async () => {
    const expected = await loadMnist(await scratchDirectory(mnistFiles()));
    for (const files of [mnistFiles(), gzipped()]) {
      const { url } = await serve(files);
      const { train, test } = await loadMnist(`${url}/`);
      expect({ train, test }).toEqual({ train: expected.train, test: expected.test });
    }
    const transparent = Object.entries(gzipped()).map(([file, bytes]) => [
      file,
      (response: import('node:http').ServerResponse) =>
        response.writeHead(200, { 'content-encoding': 'gzip', 'content-length': bytes.length }).end(bytes),
    ]);
    const { url } = await serve(Object.fromEntries(transparent));
    const events: ReadProgress[] = [];
    const { train } = await loadMnist(url, { onProgress: (event) => events.push(event) });
    expect(train).toEqual(expected.train);
    expect(events.every(({ total }) => total === null)).toBe(true);
  });

  it('reports bytes done and in all, growing to the end', async () => {
    const big = new Uint8Array(300_000).fill(7);
    const { url } = await serve({ 'a b#c': big });
    const events: ReadProgress[] = [];
    const source = await openSource(url, { onProgress: (event) => events.push(event) });
    expect(Buffer.compare((await source.read('a b#c'))!, big)).toBe(0);
    expect(events.length).toBeGreaterThan(1);
    expect(events.map(({ done }) => done)).toEqual(events.map(({ done }) => done).toSorted((a, b) => a - b));
    expect(events.at(-1)).toEqual({ file: 'a b#c', done: big.length, total: big.length });
  });

  it('errors: 404, another status, a server that is not there, a connection cut off', async () => {
    const { url } = await serve({
      busy: (response) => response.writeHead(503).end(),
      cut: (response) => {
        response.writeHead(200, { 'content-length': 1000 }).write('only this');
        setTimeout(() => response.destroy(), 20);
      },
    });
    await expect(loadMnist(url)).rejects.toThrow(
      `${url}: expected a file train-images-idx3-ubyte.gz or train-images-idx3-ubyte, found neither.`,
    );
    const source = await openSource(url, {});
    expect(await source.read('nothing')).toBe(null);
    await expect(source.read('busy')).rejects.toThrow(
      `${url}/busy: expected a file, found HTTP 503 Service Unavailable.`,
    );
    await expect(source.read('cut')).rejects.toThrow(
      /\/cut: expected a download, found a connection that failed: /,
    );
    await expect(loadMnist('http://127.0.0.1:9')).rejects.toThrow(
      /127\.0\.0\.1:9\/train-images-idx3-ubyte\.gz: expected a download, found .* Check the address and the network\./,
    );
  });
});

describe('the file cache', () => {
  it('is asked before a download and keeps what came', async () => {
    const directory = `${await scratchDirectory({})}/made/when needed`;
    const { url, requests } = await serve(gzipped());
    const options = { cache: fileCache(directory) };
    const first = await loadMnist(url, options);
    expect(requests).toHaveLength(4);
    expect(await loadMnist(url, options)).toEqual(first);
    expect(requests).toHaveLength(4);
    const kept = await readdir(directory);
    expect(kept).toHaveLength(4);
    expect(kept.some((file) => /^[0-9a-f]{16}-train-images-idx3-ubyte\.gz$/.test(file))).toBe(true);
  });

  it('keeps equal names of other URLs apart', async () => {
    const { url } = await serve({ 'a/x': 'one', 'b/x': 'two' });
    const cache = fileCache(await scratchDirectory({}));
    for (const [folder, text] of [
      ['a', 'one'],
      ['b', 'two'],
      ['a', 'one'],
    ]) {
      const source = await openSource(`${url}/${folder}`, { cache });
      expect(new TextDecoder().decode((await source.read('x'))!)).toBe(text);
    }
  });

  it('does not keep what failed, and fetches anew what has not the checksum', async () => {
    const bytes = new TextEncoder().encode('right');
    const { url, requests } = await serve({ x: bytes });
    const directory = await scratchDirectory({});
    const cache = fileCache(directory);
    const bad = await openSource(url, { cache, checksums: { x: '00'.repeat(32) } });
    await expect(bad.read('x')).rejects.toThrow(
      `${url}/x: expected SHA-256 ${'00'.repeat(32)}, found ${hash(bytes)}.`,
    );
    expect(await readdir(directory)).toEqual([]);

    const good = await openSource(url, { cache, checksums: { x: hash(bytes).toUpperCase() } });
    expect(await good.read('x')).toEqual(bytes);
    const [kept] = await readdir(directory);
    await writeFile(`${directory}/${kept}`, 'damaged');
    expect(await good.read('x')).toEqual(bytes);
    expect(requests).toHaveLength(3);
    expect(await readFile(`${directory}/${kept}`, 'utf8')).toBe('right');
  });
});

describe('a directory', () => {
  it('lists files at every depth in one order, and reads them with progress', async () => {
    const directory = await scratchDirectory({ 'b/2.txt': 'two', 'b/10.txt': 'ten', 'a.txt': 'a' });
    const events: ReadProgress[] = [];
    const source = await openSource(directory, { onProgress: (event) => events.push(event) });
    expect(await source.list!()).toEqual(['a.txt', 'b/10.txt', 'b/2.txt']);
    expect(new TextDecoder().decode((await source.read('b/2.txt'))!)).toBe('two');
    expect(await source.read('b/3.txt')).toBe(null);
    expect(events).toEqual([{ file: 'b/2.txt', done: 3, total: 3 }]);
  });

  it('edges: the same list however the directory is written', async () => {
    const directory = await scratchDirectory({ 'b/c/2.txt': 'two' });
    const relativePath = relative('.', directory);
    for (const location of [
      `${directory}//`,
      `${directory}/../${basename(directory)}`,
      `./${relativePath}`,
    ]) {
      const source = await openSource(location, {});
      expect(await source.list!()).toEqual(['b/c/2.txt']);
    }
  });

  it('errors: a directory where a file should be, a file on the way', async () => {
    const directory = await scratchDirectory({ 'b/2.txt': 'two' });
    const source = await openSource(directory, {});
    await expect(source.read('b')).rejects.toThrow(
      `${directory}/b: expected a readable file, found a directory.`,
    );
    expect(await source.read('b/2.txt/3')).toBe(null);
    await expect(openSource(`${directory}/b/2.txt/c`, {})).rejects.toThrow(
      `${directory}/b/2.txt/c: expected a directory, found nothing of this name.`,
    );
  });
});
