import { ArgumentError } from '@arborize/core';
import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';

/** How a trainable α is kept positive. */
export type AlphaConstraint = 'softplus' | 'clip' | 'none';

const CONSTRAINTS: readonly AlphaConstraint[] = ['softplus', 'clip', 'none'];
const LEAST_ALPHA = 1e-3;
// e^raw is 0 in float32 below about −87 on GPUs, and −104 elsewhere.
const LEAST_SOFTPLUS = 1e-30;

/**
 * The α > 0 that a trained weight stands for.
 *
 *     'softplus': α = ln(1 + e^raw), at least 1e-30      'clip': α = max(raw, 0.001)      'none': α = raw
 *
 * The gradient passes through `'clip'`, so that an α at the limit can rise again.
 *
 * @param raw A weight of any shape.
 * @returns A tensor of the same shape; the caller disposes of it.
 * @throws ArgumentError for an unknown constraint.
 * @example
 * constrainedAlpha(tf.scalar(rawAlpha(0.5, 'softplus')), 'softplus').print(); // 0.5
 */
export function constrainedAlpha(raw: Tensor, constraint: AlphaConstraint): Tensor {
  checkConstraint('constrainedAlpha', constraint);
  if (constraint === 'softplus') return tf.tidy(() => tf.maximum(tf.softplus(raw), LEAST_SOFTPLUS));
  return constraint === 'clip' ? clipStraightThrough(raw) : tf.clone(raw);
}

/**
 * The weight that stands for α: the inverse of {@link constrainedAlpha}.
 *
 * @throws ArgumentError for an unknown constraint.
 */
export function rawAlpha(alpha: number, constraint: AlphaConstraint): number {
  checkConstraint('rawAlpha', constraint);
  return constraint === 'softplus' ? Math.log(Math.expm1(alpha)) : alpha;
}

function checkConstraint(where: string, constraint: AlphaConstraint): void {
  if (CONSTRAINTS.includes(constraint)) return;
  const expected = CONSTRAINTS.map((choice) => `'${choice}'`).join(' or ');
  throw new ArgumentError({ where, argument: 'constraint', got: constraint, expected });
}

function clipStraightThrough(raw: Tensor): Tensor {
  return tf.customGrad((x) => ({
    value: tf.maximum(x as Tensor, LEAST_ALPHA),
    gradFunc: (dy: Tensor) => dy,
  }))(raw);
}
