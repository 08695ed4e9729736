/**
 * Pixels from 0 … 255 in [0, 1].
 *
 * A loop, because `Float32Array.from` takes seconds for the 47 million pixels of MNIST.
 */
export function scaledToOne(pixels: ArrayLike<number>): Float32Array {
  const scaled = new Float32Array(pixels.length);
  for (let i = 0; i < scaled.length; i++) scaled[i] = pixels[i]! / 255;
  return scaled;
}
