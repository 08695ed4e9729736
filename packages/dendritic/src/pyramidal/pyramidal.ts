import { leakyAda } from '@arborize/activations';
import { ArgumentError, toFloatTensor } from '@arborize/core';
import type { Tensor, TensorLike } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { branches } from './branches.ts';
import { branchesOf } from './branches-reference.ts';

/** Options of {@link pyramidal}. */
export interface PyramidalOptions {
  /**
   * Decay rate α > 0 of the apical branch: its peak lies at 1/α. A number, or a tensor of shape [], [1] or [O], through
   * which gradients flow. Default 0.5.
   */
  readonly alpha?: number | Tensor;
  /** Height c, any finite number: the slope just above 0 is eᶜ, the peak e^(c−1)/α. Default 0. */
  readonly c?: number;
  /** Slope ℓ of the apical branch below 0, 0 ≤ ℓ < 1. Default 0.01. */
  readonly leak?: number;
  /** The basal branch's activation; default ReLU, which alone is fused with the apical one. */
  readonly basalActivation?: (u: Tensor) => Tensor;
}

/**
 * The soma of pyramidal neurons: the sum of a basal branch, which passes what is positive, and an apical one, which answers
 * to what is just above 0 and less to more.
 *
 *     y = max(0, u) + ℓ·min(0, v) + q·e^(−αq + c),   q = max(0, v)
 *     ∂u = dy·[u > 0],   ∂v = dy·(1 − αq)·e^(−αq + c)  where v > 0, dy·ℓ elsewhere,   ∂α = −Σ dy·q²·e^(−αq + c)
 *
 * The sums u and v alternate in one tensor, so that one product of an input with interleaved weights makes both. First
 * derivatives only.
 *
 * @param sums [..., 2·O] as u₀, v₀, u₁, v₁, …, float32, or numbers; int32 and bool are cast.
 * @returns [..., O]; the caller disposes of it.
 * @throws ArgumentError if the last axis is odd, α is not positive or of another shape, or ℓ outside [0, 1).
 * @example
 * pyramidal([0.6, 1.3, -3.2, -0.8], { alpha: 0.5, c: 1 }).print(); // [2.4447882, -0.008]
 * @see Georgescu et al., "Non-linear Neurons with Human-like Apical Dendrite Activations", arXiv 2003.03229.
 */
export function pyramidal(sums: Tensor | TensorLike, options: PyramidalOptions = {}): Tensor {
  const { alpha = 0.5, c = 0, leak = 0.01, basalActivation } = options;
  if (typeof alpha === 'number') check('alpha', alpha, 'a positive number', alpha > 0);
  check('c', c, 'a finite number', true);
  check('leak', leak, 'a number in [0, 1)', leak >= 0 && leak < 1);
  return tf.tidy(() => {
    const input = toFloatTensor(sums, 'pyramidal', 'sums');
    const width = input.shape.at(-1) ?? 1;
    if (width % 2 === 1) throw fault('sums', input, 'of shape [..., 2·O], basal and apical sums in turns');
    const decay = toFloatTensor(alpha, 'pyramidal', 'options.alpha');
    if (decay.rank > 1 || (decay.size !== 1 && decay.size !== width / 2)) {
      throw fault('options.alpha', decay, `a number, or a tensor of shape [], [1] or [${width / 2}]`);
    }
    const rows = input.shape.slice(0, -1).reduce((product, size) => product * size, 1);
    const uv = tf.reshape(input, [rows, width]);
    const operands = { uv, alpha: tf.reshape(decay, [decay.size]) };
    const y = basalActivation
      ? composed(operands, c, leak, basalActivation)
      : branches(operands, { c, leak });
    return tf.reshape(y, [...input.shape.slice(0, -1), width / 2]);
  });
}

/** Any basal activation, on the tape. */
function composed(
  { uv, alpha }: { uv: Tensor; alpha: Tensor },
  c: number,
  leak: number,
  basalActivation: (u: Tensor) => Tensor,
): Tensor {
  const [u, v] = branchesOf(uv);
  return tf.add(basalActivation(u), leakyAda(v, { alpha, c, leak }));
}

function check(option: string, got: number, expected: string, holds: boolean): void {
  if (typeof got === 'number' && Number.isFinite(got) && holds) return;
  throw fault(`options.${option}`, got, expected);
}

function fault(argument: string, got: unknown, expected: string): ArgumentError {
  return new ArgumentError({ where: 'pyramidal', argument, got, expected });
}
