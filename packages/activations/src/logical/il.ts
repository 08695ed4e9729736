import type { Tensor, TensorLike } from '@tensorflow/tfjs-core';
import { applyGate, type GateOptions } from './logical-activation.ts';

/**
 * Exact OR of each group of k channels: the log-odds that any of k independent events happens.
 *
 *     or(z) = logit(1 − ∏(1 − σ(zᵢ))) = log(∏(1 + e^zᵢ) − 1)        k = 2: log(eˣ + eʸ + eˣ⁺ʸ)
 *     ∂/∂zᵢ = σ(zᵢ) / σ(or(z))
 *
 * Folded pair by pair in a form that stays finite and accurate for any finite input.
 *
 * @param x Float32 tensor of rank 1 to 6 with a multiple of k channels, or numbers.
 * @returns A tensor with C/k channels; the caller disposes of it.
 * @throws ArgumentError for k below 2 (or above 16 if normalized), an axis outside the shape, or channels that are no
 *   multiple of k.
 * @example
 * orIl([0, 0]).print(); // [1.0986123]
 * @see Lowe et al., "Logical Activation Functions", arXiv 2110.11940, §3.1.
 */
export function orIl(x: Tensor | TensorLike, options: GateOptions = {}): Tensor {
  return applyGate('orIl', x, 'or', true, options);
}

/**
 * Exact AND of each group of k channels: the log-odds that all of k independent events happen.
 *
 *     and(z) = logit(∏ σ(zᵢ)) = −log(∏(1 + e^−zᵢ) − 1)        k = 2: −log(e⁻ˣ + e⁻ʸ + e⁻ˣ⁻ʸ)
 *     ∂/∂zᵢ  = σ(−zᵢ) / σ(−and(z))
 *
 * @param x Float32 tensor of rank 1 to 6 with a multiple of k channels, or numbers.
 * @returns A tensor with C/k channels; the caller disposes of it.
 * @throws ArgumentError for k below 2 (or above 16 if normalized), an axis outside the shape, or channels that are no
 *   multiple of k.
 * @example
 * andIl([20, 30]).print(); // [19.9999542]
 * @see Lowe et al., "Logical Activation Functions", arXiv 2110.11940, §3.1.
 */
export function andIl(x: Tensor | TensorLike, options: GateOptions = {}): Tensor {
  return applyGate('andIl', x, 'and', true, options);
}

/**
 * Exact XNOR, for k > 2 even parity, of each group of k channels: the log-odds that an even number of k independent
 * events happens.
 *
 *     xnor(z) = 2·artanh ∏ (−tanh(zᵢ/2))        k = 2: log(1 + eˣ⁺ʸ) − log(eˣ + eʸ)
 *     ∂/∂zᵢ   = (−1)ᵏ · (σ(zᵢ + o) − σ(zᵢ − o)),   o = the pairs folded over all members but i
 *
 * @param x Float32 tensor of rank 1 to 6 with a multiple of k channels, or numbers.
 * @returns A tensor with C/k channels; the caller disposes of it.
 * @throws ArgumentError for k below 2 (or above 16 if normalized), an axis outside the shape, or channels that are no
 *   multiple of k.
 * @example
 * xnorIl([1.5, -0.5]).print(); // [-0.3136664]
 * @see Lowe et al., "Logical Activation Functions", arXiv 2110.11940, §3.1.
 */
export function xnorIl(x: Tensor | TensorLike, options: GateOptions = {}): Tensor {
  return applyGate('xnorIl', x, 'xnor', true, options);
}
