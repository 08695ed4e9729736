import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { scratchDirectory } from '../testing/scratch-directory.ts';
import { serve } from '../testing/serve.ts';
import { loadCsv } from './load-csv.ts';
import { type CsvOptions, parseCsv } from './parse-csv.ts';

const IRIS = 'length,width,species\n5.1,3.5,setosa\n7,3.2,versicolor\n\n4.9, 3 ,setosa\n';

describe('parseCsv', () => {
  it('closed form: features in order, classes sorted by name', () => {
    expect(parseCsv(IRIS, 'iris.csv', { target: 'species' })).toEqual({
      samples: {
        shape: [2],
        xs: Float32Array.of(5.1, 3.5, 7, 3.2, 4.9, 3),
        ys: Int32Array.of(0, 1, 0),
        classes: 2,
        count: 3,
      },
      featureNames: ['length', 'width'],
      classNames: ['setosa', 'versicolor'],
    });
  });

  it('closed form: regression on chosen columns', () => {
    const { samples, classNames } = parseCsv(IRIS, 'iris.csv', {
      target: 'length',
      features: ['width'],
      kind: 'regression',
    });
    expect(samples).toMatchObject({ shape: [1], ys: Float32Array.of(5.1, 7, 4.9), classes: 0 });
    expect(samples.xs).toEqual(Float32Array.of(3.5, 3.2, 3));
    expect(classNames).toEqual([]);
  });

  it('keeps the order of given class names, and sorts classes that are numbers as numbers', () => {
    const given = parseCsv(IRIS, 'a', {
      target: 'species',
      classNames: ['virginica', 'versicolor', 'setosa'],
    });
    expect([given.samples.classes, ...given.samples.ys]).toEqual([3, 2, 1, 2]);
    expect(parseCsv('x,y\n1,10\n2,9\n', 'a', { target: 'y' }).classNames).toEqual(['9', '10']);
  });

  it('edges: no header, other delimiters, quotes, a byte order mark, Windows line ends', () => {
    const bare = parseCsv('1;2;a\r\n3;4;b\r\n', 'a', { target: '2', header: false });
    expect([[...bare.samples.xs], bare.classNames]).toEqual([
      [1, 2, 3, 4],
      ['a', 'b'],
    ]);
    const marked = parseCsv('\uFEFFx,y\r\n"1","a, ""b"""\r\n', 'a', { target: 'y' });
    expect([marked.featureNames, marked.classNames]).toEqual([['x'], ['a, "b"']]);
    expect(parseCsv('y\n3\n', 'a', { target: 'y' }).samples.shape).toEqual([0]);
  });

  it('errors: names the file, the row, the column and the cell', () => {
    const parse = (text: string, options: Partial<CsvOptions> = {}) => {
      return () => parseCsv(text, 'iris.csv', { target: 'species', ...options });
    };
    expect(parse(IRIS, { target: 'kind' })).toThrow(
      "iris.csv: expected a column 'kind', found the columns 'length', 'width', 'species'.",
    );
    expect(parse(IRIS, { features: ['petal'] })).toThrow("expected a column 'petal'");
    expect(parse(IRIS.replace('4.9', '?'))).toThrow(
      "iris.csv: expected a number in row 5, column 'length', found '?'.",
    );
    expect(parse(IRIS.replace('7,', ','))).toThrow("in row 3, column 'length', found an empty cell.");
    expect(parse(IRIS, { kind: 'regression' })).toThrow("in row 2, column 'species', found 'setosa'.");
    expect(parse(IRIS, { classNames: ['setosa'] })).toThrow(
      "expected one of 'setosa' in row 3, column 'species', found 'versicolor'.",
    );
    expect(parse(IRIS.replace('3.2,', ''))).toThrow('iris.csv: expected 3 cells in row 3, found 2.');
    expect(parse('length,species\n')).toThrow('iris.csv: expected at least one row of data, found none.');
    expect(parse('')).toThrow('found none.');
    expect(parse('x,x,species\n1,2,a\n')).toThrow(
      "expected columns of different names, found two called 'x'.",
    );
    expect(parse('x,species\n1,"a\n')).toThrow('iris.csv: expected well-formed quotes in row 2, found ');
  });
});

describe('loadCsv', () => {
  it('reads a file and a URL, plain and gzipped', async () => {
    const expected = parseCsv(IRIS, 'iris.csv', { target: 'species' });
    const files = { 'iris.csv': IRIS, 'iris.csv.gz': gzipSync(IRIS) };
    const [directory, { url }] = [await scratchDirectory(files), await serve(files)];
    for (const location of [directory, url]) {
      expect(await loadCsv(`${location}/iris.csv`, { target: 'species' })).toEqual(expected);
      expect(await loadCsv(`${location}/iris.csv.gz`, { target: 'species' })).toEqual(expected);
    }
  });

  it('errors: a missing file, a missing directory, HTTP 404, a wrong checksum', async () => {
    const directory = await scratchDirectory({ 'a.csv': IRIS });
    const { url } = await serve({});
    for (const location of [directory, url]) {
      await expect(loadCsv(`${location}/b.csv`, { target: 'species' })).rejects.toThrow(
        `${location}/b.csv: expected a file, found nothing of this name.`,
      );
    }
    await expect(loadCsv('no/such/b.csv', { target: 'species' })).rejects.toThrow(
      'no/such: expected a directory, found nothing of this name.',
    );
    const checksums = { 'a.csv': '00' };
    await expect(loadCsv(`${directory}/a.csv`, { target: 'species', checksums })).rejects.toThrow(
      `${directory}/a.csv: expected SHA-256 00, found `,
    );
  });
});
