import { Random } from '@arborize/core';
import type { Dataset, Samples } from '@arborize/datasets';

interface TexturesOptions {
  readonly classes: number;
  /** Height and width of an image. */
  readonly size: number;
  readonly seed: number;
}

const PER_CLASS = { train: 200, test: 100 };
const MARGIN = 4;
const NOISE = 0.8;

/** Images of classes with a smooth random texture each: a random crop of it, under noise. */
export function textures({ classes, size, seed }: TexturesOptions): Dataset {
  const random = new Random(seed);
  const whole = size + MARGIN;
  const templates = Array.from({ length: classes }, () => {
    const noise = Float32Array.from({ length: whole * whole }, () => random.normal());
    return unit(smooth(smooth(noise, whole), whole));
  });
  const draw = (perClass: number): Samples => {
    const count = classes * perClass;
    const xs = new Float32Array(count * size * size);
    const ys = Int32Array.from({ length: count }, (_, i) => i % classes);
    for (let i = 0; i < count; i++) {
      const [top, left] = [random.integer(MARGIN + 1), random.integer(MARGIN + 1)];
      for (let at = 0; at < size * size; at++) {
        const from = (top + Math.floor(at / size)) * whole + left + (at % size);
        xs[i * size * size + at] = templates[ys[i]!]![from]! + random.normal(0, NOISE);
      }
    }
    return { shape: [size, size, 1], xs, ys, classes, count };
  };
  return { name: 'textures', train: draw(PER_CLASS.train), test: draw(PER_CLASS.test) };
}

/** Each number becomes ¼, ½, ¼ of itself and its neighbours, along both axes; the border repeats. */
function smooth(values: Float32Array, size: number): Float32Array {
  const along = (from: Float32Array, step: number, position: (i: number) => number) =>
    from.map((value, i) => {
      const before = position(i) > 0 ? from[i - step]! : value;
      const after = position(i) < size - 1 ? from[i + step]! : value;
      return before / 4 + value / 2 + after / 4;
    });
  const rows = along(values, 1, (i) => i % size);
  return along(rows, size, (i) => Math.floor(i / size));
}

function unit(values: Float32Array): Float32Array {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
  return values.map((value) => value / Math.sqrt(variance));
}
