import type { Tensor, Tensor3D } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { countedWords, wordKeys } from './bernoulli-words.ts';
import { type MaskCall, type ProductSizes, sizesOf, sizesOfRows, wordsFor } from './mask-call.ts';

/** Examples go through a few at a time, so that no more than about this many mask elements exist at once. */
const MASK_ELEMENTS = 2 ** 18;

/** u [B, N] = Σ_m x·mask·kernel. */
export function value({ x, kernel }: { x: Tensor; kernel: Tensor }, call: MaskCall): Tensor {
  const sizes = sizesOf(x, kernel);
  const weights = scaledTranspose(kernel, call);
  const parts = runsOf(sizes).map((run) =>
    tf.tidy(() => tf.matMul(rowsOf(x, run), tf.mul(masksOf(run, sizes, call), weights), false, true)),
  );
  return joined(parts, [sizes.batch, sizes.outputs]);
}

/** dx [B, M] = Σ_n du·mask·kernel. */
export function inputGradient({ du, kernel }: { du: Tensor; kernel: Tensor }, call: MaskCall): Tensor {
  const sizes = sizesOf(du, kernel);
  const weights = scaledTranspose(kernel, call);
  const parts = runsOf(sizes).map((run) =>
    tf.tidy(() => tf.matMul(rowsOf(du, run), tf.mul(masksOf(run, sizes, call), weights))),
  );
  return joined(parts, [sizes.batch, sizes.inputs]);
}

/** dkernel [M, N] = Σ_i x·du·mask. */
export function kernelGradient({ x, du }: { x: Tensor; du: Tensor }, call: MaskCall): Tensor {
  const sizes = sizesOfRows(x, du);
  let sum: Tensor = tf.zeros([sizes.outputs, sizes.inputs]);
  for (const run of runsOf(sizes)) {
    const before = sum;
    sum = tf.tidy(() => {
      const products = tf.matMul(rowsOf(du, run), rowsOf(x, run), true);
      return tf.add(before, tf.sum(tf.mul(masksOf(run, sizes, call), products), 0));
    });
    before.dispose();
  }
  return tf.mul(tf.transpose(sum), call.scale);
}

/** The kernel as [1, N, M], in the order of the masks, and what makes up for the dropped connections. */
function scaledTranspose(kernel: Tensor, { scale }: MaskCall): Tensor {
  return tf.expandDims(tf.mul(tf.transpose(kernel), scale), 0);
}

/** A few examples, from the one at `from` on. */
interface Run {
  readonly from: number;
  readonly count: number;
}

function runsOf({ batch, inputs, outputs }: ProductSizes): Run[] {
  const most = Math.max(1, Math.floor(MASK_ELEMENTS / (inputs * outputs)));
  const runs: Run[] = [];
  for (let from = 0; from < batch; from += most) runs.push({ from, count: Math.min(most, batch - from) });
  return runs;
}

/** The examples of a run as matrices of one row each. */
function rowsOf(rows: Tensor, { from, count }: Run): Tensor3D {
  return tf.expandDims(tf.slice(rows, [from, 0], [count, -1]), 1) as Tensor3D;
}

/** The masks [count, N, M] of a run. */
function masksOf({ from, count }: Run, { inputs, outputs }: ProductSizes, call: MaskCall): Tensor3D {
  return tf.tensor3d(maskOf(call, from * outputs, count * outputs, inputs), [count, outputs, inputs]);
}

/** Rows of a mask of `columns` places, as numbers 0 and 1. */
export function maskOf(
  { seed, numerator, bits }: Omit<MaskCall, 'scale'>,
  firstRow: number,
  rows: number,
  columns: number,
): Float32Array {
  const each = wordsFor(columns);
  const words = countedWords(rows * each, { numerator }, wordKeys(seed, bits), firstRow * each);
  const mask = new Float32Array(rows * columns);
  for (let row = 0, at = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++, at++) {
      mask[at] = (words[row * each + (column >>> 5)]! >>> (column & 31)) & 1;
    }
  }
  return mask;
}

function joined(parts: Tensor[], shape: [number, number]): Tensor {
  if (parts.length === 0) return tf.zeros(shape);
  return tf.reshape(parts.length === 1 ? parts[0]! : tf.concat(parts, 0), shape);
}
