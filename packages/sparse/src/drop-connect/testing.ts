import { bernoulliWords } from './bernoulli-words.ts';

/** The layer with known results: two examples of three inputs, two outputs. */
export const CASE = {
  x: [
    [1, 2, -1],
    [0.5, -1, 3],
  ],
  kernel: [
    [0.2, -0.4],
    [0.7, 0.1],
    [-0.3, 0.5],
  ],
  bias: [0.1, -0.2],
};

/** mask[i][m][n] of a product, from the words that anybody can make. */
export function explicitMask(batch: number, inputs: number, outputs: number, keep: number, seed: number) {
  const each = Math.ceil(inputs / 32);
  const words = bernoulliWords([batch, outputs, each], keep, seed);
  return (i: number, m: number, n: number) => (words[(i * outputs + n) * each + (m >> 5)]! >>> (m & 31)) & 1;
}
