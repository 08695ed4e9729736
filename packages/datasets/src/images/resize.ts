/**
 * Resizes an image of interleaved channels, row-major, to `[height, width]`.
 *
 * Each new pixel is a mean weighted by a triangle as wide as a pixel of the coarser of the two grids: bilinear when it
 * grows, without aliasing when it shrinks.
 */
export function resize(
  pixels: Float32Array,
  [height, width]: readonly [number, number],
  [newHeight, newWidth]: readonly [number, number],
  channels: number,
): Float32Array {
  const rowsDone = resample(pixels, { outer: 1, from: height, to: newHeight, inner: width * channels });
  return resample(rowsDone, { outer: newHeight, from: width, to: newWidth, inner: channels });
}

interface Axis {
  /** Repetitions around the axis, its old and new extent, and the numbers that move together along it. */
  readonly outer: number;
  readonly from: number;
  readonly to: number;
  readonly inner: number;
}

function resample(values: Float32Array, { outer, from, to, inner }: Axis): Float32Array {
  const result = new Float32Array(outer * to * inner);
  const scale = from / to;
  const reach = Math.max(1, scale);
  for (let i = 0; i < to; i++) {
    const center = (i + 0.5) * scale - 0.5;
    const first = Math.max(0, Math.ceil(center - reach));
    const last = Math.min(from - 1, Math.floor(center + reach));
    const weights = Array.from({ length: last - first + 1 }, (_, k) => reach - Math.abs(first + k - center));
    const sum = weights.reduce((total, weight) => total + weight, 0);
    for (const [k, weight] of weights.entries()) {
      for (let o = 0; o < outer; o++) {
        const source = (o * from + first + k) * inner;
        const target = (o * to + i) * inner;
        for (let c = 0; c < inner; c++) result[target + c]! += (weight / sum) * values[source + c]!;
      }
    }
  }
  return result;
}
