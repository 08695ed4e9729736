import { inflateSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { colorMap } from './color-map.ts';
import { pictureFigures } from './picture-figures.ts';
import { encodePng } from './png.ts';

const line = (title: string, y: string, points: [number, number][]) => ({
  title,
  lines: [{ label: 'f', points }],
  y: { title: y },
});

describe('pictureFigures', () => {
  it('draws a heat map as one image with its scale', () => {
    const html = pictureFigures([
      {
        title: 'weights <1>',
        cells: [
          [-1, 0.5],
          [0, 0.25],
        ],
        center: 0,
      },
    ]);
    expect(html.match(/<image/g)).toHaveLength(1);
    expect(html).toContain('href="data:image/png;base64,');
    expect(html).toContain('weights &#60;1&#62;');
    // Around a center both ends are equally far.
    expect(html).toMatch(/<span>-1<\/span>.*<span>1<\/span>/);
  });

  it('writes numbers, axes and marks on a heat map', () => {
    const html = pictureFigures([
      {
        title: 'tasks',
        cells: [
          [0.9, 0.1],
          [0.5, 0.8],
        ],
        range: [0, 1],
        numbers: true,
        x: { title: 'after task' },
      },
      {
        title: 'boundary',
        cells: [[0, 1]],
        x: { range: [-1, 2] },
        y: { range: [-1, 2] },
        points: [{ x: 0, y: 1, label: 'a' }],
      },
    ]);
    for (const text of ['>.9<', '>.1<', 'after task', '>a<']) expect(html).toContain(text);
    expect(html.match(/<circle/g)).toHaveLength(1);
  });

  it('draws bars from zero and labels as many as fit', () => {
    const bars = Array.from({ length: 100 }, (_, i) => ({ label: `bin ${i}`, value: i - 50 }));
    const html = pictureFigures([{ title: 'histogram', bars }]);
    expect(html.match(/<rect/g)).toHaveLength(100);
    expect(html.match(/>bin \d+</g)!.length).toBeLessThan(12);
    expect(html).toContain('<title>bin 99: 49</title>');
  });

  it('gives lines with the same y title the same y axis', () => {
    const low = line('low', 'loss', [
      [0, 0],
      [1, 1],
    ]);
    const high = line('high', 'loss', [
      [0, 0],
      [1, 1000],
    ]);
    expect(pictureFigures([low, high]).match(/>1000</g)).toHaveLength(2);
    expect(pictureFigures([low, { ...high, y: { title: 'size' } }]).match(/>1000</g)).toHaveLength(1);
  });

  it('survives what is no number', () => {
    const html = pictureFigures([
      { title: 'map', cells: [[Number.NaN, 1]], numbers: true },
      { title: 'empty map', cells: [[Number.NaN]] },
      { title: 'bars', bars: [{ label: 'a', value: Number.NaN }] },
      line('line', 'y', [
        [0, Number.NaN],
        [1, 1],
      ]),
    ]);
    expect(html).not.toMatch(/[">]NaN|NaN,|,NaN/);
  });
});

describe('colorMap', () => {
  it('puts the center where the hues meet, and clips', () => {
    const color = colorMap([-1, 3], 0);
    expect(color(0)).toEqual(colorMap([-5, 5], 0)(0));
    expect(color(-9)).toEqual(color(-1));
    expect(color(9)).toEqual(color(3));
  });
});

describe('encodePng', () => {
  it('holds the pixels row by row', () => {
    const png = encodePng([
      [
        [1, 2, 3],
        [4, 5, 6],
      ],
      [
        [7, 8, 9],
        [10, 11, 12],
      ],
    ]);
    expect([png.readUInt32BE(16), png.readUInt32BE(20)]).toEqual([2, 2]);
    const at = png.indexOf('IDAT');
    const content = png.subarray(at + 4, at + 4 + png.readUInt32BE(at - 4));
    expect([...inflateSync(content)]).toEqual([0, 1, 2, 3, 4, 5, 6, 0, 7, 8, 9, 10, 11, 12]);
  });
});
