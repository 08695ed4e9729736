import { ArgumentError, toFloatTensor } from '@arborize/core';
import type { Tensor, TensorLike } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { chooseSegment } from './choose-segment.ts';
import { byMagnitude, checkMode, type GateMode } from './gate-mode.ts';

/** Options of {@link dendriticGate}. */
export interface DendriticGateOptions {
  /** Default `'absMaxGate'`. */
  readonly mode?: GateMode;
}

/**
 * Lets the strongest dendritic segment of each unit gate the unit's output.
 *
 *     z = y · σ(d_s*),  s* = argmax |d_s|      ('absMaxGate'; see GateMode for the others)
 *     ∂z/∂y = σ(d_s*)   ∂z/∂d_s* = y·σ(d_s*)·(1 − σ(d_s*)),  0 for all other segments
 *
 * The lowest index wins among equals. With no segments, z = y.
 *
 * @param y Float32 tensor [B, H], or [B, h, w, H] with one gate for each sample and channel.
 * @param d Segment activations [B, H, S].
 * @returns A tensor of the shape of `y`; the caller disposes of it.
 * @throws ArgumentError for other ranks, sizes that do not match, or an unknown mode.
 * @example
 * dendriticGate([[1.5, -2]], [[[0.2, -0.9], [-0.3, 0.1]]]).print(); // [[0.4335758, -0.8511149]]
 * @see Iyer et al., "Avoiding Catastrophe", arXiv 2201.00042, eq. 3.
 */
export function dendriticGate(
  y: Tensor | TensorLike,
  d: Tensor | TensorLike,
  { mode = 'absMaxGate' }: DendriticGateOptions = {},
): Tensor {
  checkMode('dendriticGate', mode);
  return tf.tidy(() => {
    const output = toFloatTensor(y, 'dendriticGate', 'y');
    const activations = toFloatTensor(d, 'dendriticGate', 'd');
    checkShapes(output, activations);
    if (activations.shape[2] === 0) return tf.clone(output);
    return gate(output, chooseSegment(activations, byMagnitude(mode)), mode);
  });
}

/** Gates y [B, H] or [B, h, w, H] by the winners' activations a [B, H] or [1, H]. */
export function gate(y: Tensor, a: Tensor, mode: GateMode): Tensor {
  const each = y.rank === 4 ? tf.reshape(a, [-1, 1, 1, a.shape[1]!]) : a;
  if (mode === 'bias') return tf.add(y, each);
  return tf.mul(y, tf.sigmoid(mode === 'absMaxGateUnsigned' ? tf.abs(each) : each));
}

function checkShapes(y: Tensor, d: Tensor): void {
  const where = 'dendriticGate';
  if (y.rank !== 2 && y.rank !== 4) {
    throw new ArgumentError({ where, argument: 'y', got: y, expected: 'of shape [B, H] or [B, h, w, H]' });
  }
  const [batch, units] = [y.shape[0]!, y.shape.at(-1)!];
  if (d.rank !== 3 || d.shape[0] !== batch || d.shape[1] !== units) {
    const expected = `of shape [${batch}, ${units}, segments]`;
    throw new ArgumentError({ where, argument: 'd', got: d, expected });
  }
}
