import { Random } from '@arborize/core';
import { assertGeneratorOptions, type GeneratorOptions } from '../generators/generator-options.ts';
import type { Samples } from '../samples/samples.ts';
import { type Deformation, randomDeformation } from './deformation.ts';
import { drawPolyline } from './draw-polyline.ts';
import { type PenStroke, parseGlyph, smoothStroke } from './glyph.ts';
import { GLYPHS } from './glyphs.ts';

const SIZE = 28;
const CLASSES = 10;
/** Standard deviation by which a hand misses the points of a glyph, in parts of the box. */
const UNSTEADINESS = 0.02;

/**
 * Writes digits as if by hand: images of 28×28 pixels, bright on dark, ten classes in turn.
 *
 * Each digit is one of several styles of pen strokes whose points are shaken, which is then bent, slanted, turned, scaled
 * and moved, drawn with a pen of varying width, and covered with noise.
 *
 * With 6 000 to learn from, on 2 000 others, a linear softmax model reaches 84 % accuracy, two hidden layers of 128 and
 * 64 units 95 %, and a convolutional network of 16 and 32 filters 97.5 %. Makes thousands of digits per second.
 *
 * @returns Samples of shape `[28, 28, 1]` in [0, 1].
 * @throws ArgumentError if the count or the seed is not an integer.
 *
 * @example
 * const { train, test } = split(digits({ count: 5000, seed: 0 }));
 * [train.count, test.count, train.shape]; // [4000, 1000, [28, 28, 1]]
 */
export function digits({ count, seed }: GeneratorOptions): Samples {
  assertGeneratorOptions('digits', { count });
  const random = new Random(seed);
  const styles = GLYPHS.map((glyphs) => glyphs.map(parseGlyph));
  const xs = new Float32Array(count * SIZE * SIZE);
  const ys = new Int32Array(count);
  for (let i = 0; i < count; i++) {
    const digit = i % CLASSES;
    const glyphs = styles[digit]!;
    ys[i] = digit;
    write(
      glyphs[random.integer(glyphs.length)]!,
      xs.subarray(i * SIZE * SIZE, (i + 1) * SIZE * SIZE),
      random,
    );
  }
  return { shape: [SIZE, SIZE, 1], xs, ys, classes: CLASSES, count };
}

function write(glyph: readonly PenStroke[], pixels: Float32Array, random: Random): void {
  const deform = randomDeformation(random, SIZE);
  const pen = random.uniform(0.6, 1.6);
  const ink = random.uniform(0.75, 1);
  for (const stroke of glyph) {
    const line = deformed(smoothStroke(shaken(stroke, random)), deform);
    drawPolyline(pixels, SIZE, line, pressure(line.length / 2, pen, random), ink);
  }
  const noise = random.uniform(0, 0.08);
  for (let i = 0; i < pixels.length; i++) {
    pixels[i] = Math.min(1, Math.max(0, pixels[i]! + random.normal(0, noise)));
  }
}

function shaken(stroke: PenStroke, random: Random): PenStroke {
  return stroke.map(({ x, y, corner }) => ({
    x: x + random.normal(0, UNSTEADINESS),
    y: y + random.normal(0, UNSTEADINESS),
    corner,
  }));
}

function deformed(line: readonly number[], deform: Deformation): number[] {
  const moved: number[] = [];
  for (let i = 0; i < line.length; i += 2) moved.push(...deform(line[i]!, line[i + 1]!));
  return moved;
}

/** Radius of the pen along a stroke: it presses harder and softer in one slow wave. */
function pressure(points: number, pen: number, random: Random): number[] {
  const phase = random.uniform(0, 2 * Math.PI);
  const speed = random.uniform(0.05, 0.25);
  return Array.from({ length: points }, (_, i) => pen * (1 + 0.25 * Math.sin(phase + speed * i)));
}
