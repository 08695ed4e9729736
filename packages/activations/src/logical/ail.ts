import type { Tensor, TensorLike } from '@tensorflow/tfjs-core';
import { applyGate, type GateOptions } from './logical-activation.ts';

/**
 * Piecewise linear OR of each group of k channels: the sum of its positive members, or its largest member if none is
 * positive. With 0 as the second of two members this is ReLU.
 *
 *     or(z) = Σ max(zᵢ, 0) if that is positive, else max zᵢ
 *     ∂/∂zᵢ = [zᵢ > 0] if any is positive, else 1 for the first largest zᵢ
 *
 * @param x Float32 tensor of rank 1 to 6 with a multiple of k channels, or numbers.
 * @returns A tensor with C/k channels; the caller disposes of it.
 * @throws ArgumentError for k below 2, an axis outside the shape, or channels that are no multiple of k.
 * @example
 * orAil([1.5, 0.5, -1, -2]).print(); // [2, -1]
 * @see Lowe et al., "Logical Activation Functions", arXiv 2110.11940, §3.3.
 */
export function orAil(x: Tensor | TensorLike, options: GateOptions = {}): Tensor {
  return applyGate('orAil', x, 'or', false, options);
}

/**
 * Piecewise linear AND of each group of k channels: the sum of its negative members, or its smallest member if none
 * is negative.
 *
 *     and(z) = −or(−z)
 *     ∂/∂zᵢ  = [zᵢ < 0] if any is negative, else 1 for the first smallest zᵢ
 *
 * @param x Float32 tensor of rank 1 to 6 with a multiple of k channels, or numbers.
 * @returns A tensor with C/k channels; the caller disposes of it.
 * @throws ArgumentError for k below 2, an axis outside the shape, or channels that are no multiple of k.
 * @example
 * andAil([1.5, 0.5, -1, -2]).print(); // [0.5, -3]
 * @see Lowe et al., "Logical Activation Functions", arXiv 2110.11940, §3.3.
 */
export function andAil(x: Tensor | TensorLike, options: GateOptions = {}): Tensor {
  return applyGate('andAil', x, 'and', false, options);
}

/**
 * Piecewise linear XNOR, for k > 2 even parity, of each group of k channels: positive where an even number of members
 * is. For odd k it is not XNOR folded over the group, whose sign is the opposite.
 *
 *     xnor(z) = (−1)ᵏ · ∏ sgn zᵢ · min |zᵢ|
 *     ∂/∂zᵢ   = (−1)ᵏ · ∏_{j≠i} sgn zⱼ for the first smallest |zᵢ|, else 0;   sgn 0 = 0
 *
 * @param x Float32 tensor of rank 1 to 6 with a multiple of k channels, or numbers.
 * @returns A tensor with C/k channels; the caller disposes of it.
 * @throws ArgumentError for k below 2, an axis outside the shape, or channels that are no multiple of k.
 * @example
 * xnorAil([1.5, -0.5, -1, -2]).print(); // [-0.5, 1]
 * @see Lowe et al., "Logical Activation Functions", arXiv 2110.11940, §3.3.
 */
export function xnorAil(x: Tensor | TensorLike, options: GateOptions = {}): Tensor {
  return applyGate('xnorAil', x, 'xnor', false, options);
}

/** Another name of {@link xnorAil}, for k > 2. */
export const parityAil = xnorAil;
