import { dropRate, toFloatTensor } from '@arborize/core';
import type { Tensor, TensorLike } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { checkTree } from './check-tree.ts';
import { counterDropout } from './counter-dropout.ts';
import type { MaskCall } from './level-shape.ts';
import { toLines, toRows } from './lines.ts';
import { ownLevel } from './own-level.ts';
import { sharedLevel } from './shared-level.ts';

/** Options of {@link dendriticTree}. */
export interface DendriticTreeOptions {
  /** The branching factors from the inputs to the soma; only checked against the kernels, which have them already. */
  readonly branching?: readonly number[];
  /** φ of the nodes: the leaky ReLU (default), none, or a function that acts on each number by itself. */
  readonly activation?: 'leakyRelu' | 'linear' | ((z: Tensor) => Tensor);
  /** Slope of the leaky ReLU below 0, finite. Default 0.1. */
  readonly negativeSlope?: number;
  /** φ of the soma: that of the nodes (`'same'`, default), none (`'linear'`), or a function of [..., units]. */
  readonly somaActivation?: 'same' | 'leakyRelu' | 'linear' | ((z: Tensor) => Tensor);
  /** Probability in [0, 1) with which an input is dropped, in steps of 1/65536. Default 0. */
  readonly dropoutRate?: number;
  /** One mask of the inputs for all units in place of one for each. Default `false`. */
  readonly dropoutSharedAcrossUnits?: boolean;
  /** Integer from which the mask is drawn: equal seeds give equal masks on every backend. Default 0. */
  readonly seed?: number;
  /** Dropout happens only if `true`. Default `false`. */
  readonly training?: boolean;
}

/**
 * A layer of dendritic trees: each unit sums groups of its inputs in nodes of their own, applies φ, groups these nodes
 * again, and so on until one value, the soma's, is left.
 *
 * `z_l[n,o,j] = Σ_k W_l[o,j,k] · h_{l−1}[n,o, j·b_l + k] + β_l[o,j]`, `h_l = φ(z_l)`, `y[n,o] = φ(z_d[n,o,0])`, where h_0 is x,
 * in training with a part p of it set to 0 for each unit and the rest divided by 1 − p.
 *
 * Only the weights that exist are stored and multiplied. The dropout mask is drawn again wherever it is needed, forward
 * and backward, and is never in memory. First derivatives only.
 *
 * @param x [..., I], seen by every unit, or [..., units · I], each unit's own inputs side by side; I = b_1 · … · b_d.
 * @param kernels W_l [units, n_l, b_l] from the inputs to the soma; n_l · b_l = n_{l−1}, n_0 = I, n_d = 1.
 * @param biases β_l [units, n_l], or `null` for none.
 * @returns y [..., units].
 * @throws ArgumentError if shapes do not fit each other, or an option is out of range.
 * @example
 * const kernels = [tf.tensor3d([[[1, -1], [0.5, 0.5]]]), tf.tensor3d([[[2, -1]]])];
 * const biases = [tf.tensor2d([[0.5, -1]]), tf.tensor2d([[0.25]])];
 * dendriticTree([[1, 2, 3, 4]], kernels, biases); // [[-0.235]]
 * @see Han, Gorobets and Chen, "Parameter efficient dendritic-tree neurons outperform perceptrons", arXiv 2207.00708.
 */
export function dendriticTree(
  x: Tensor | TensorLike,
  kernels: readonly Tensor[],
  biases: readonly Tensor[] | null,
  options: DendriticTreeOptions = {},
): Tensor {
  const { activation = 'leakyRelu', negativeSlope = 0.1, somaActivation = 'same' } = options;
  return tf.tidy(() => {
    const input = toFloatTensor(x, 'dendriticTree', 'x');
    const { units, inputs, shared } = checkTree(input, kernels, biases, options);
    const lead = input.shape.slice(0, -1);
    const rows = matrix(input);
    const biasOf = (level: number) => biases?.[level] ?? tf.zeros(kernels[level]!.shape.slice(0, 2));

    let z = shared
      ? sharedFirst(rows, kernels[0]!, biasOf(0), options)
      : ownFirst(rows, kernels[0]!, biasOf(0), { units, inputs }, options);
    for (const [level, kernel] of kernels.entries()) {
      if (level === 0) continue;
      const bias = biasOf(level);
      z =
        typeof activation === 'function'
          ? ownLevel({ h: activation(z), kernel, bias }, { slope: 1 })
          : ownLevel({ h: z, kernel, bias }, { slope: activation === 'linear' ? 1 : negativeSlope });
    }
    const somata = toRows({ lines: tf.reshape(z, [units, z.shape[2]!]) }, { rows: rows.shape[0]! });
    const soma = tf.reshape(somata, [...lead, units]);
    const phi = somaActivation === 'same' ? activation : somaActivation;
    if (phi === 'linear') return soma;
    return phi === 'leakyRelu' ? tf.leakyRelu(soma, negativeSlope) : phi(soma);
  });
}

/** All axes but the last as one. */
function matrix(x: Tensor): Tensor {
  return x.rank === 2 ? x : tf.reshape(x, [tf.util.sizeFromShape(x.shape.slice(0, -1)), x.shape.at(-1)!]);
}

const NO_MASK: MaskCall = { seed: 0, dropped: 0, scale: 1 };

function maskOf({ training = false, dropoutRate = 0, seed = 0 }: DendriticTreeOptions): MaskCall {
  return training ? { seed, ...dropRate('dendriticTree', 'options.dropoutRate', dropoutRate) } : NO_MASK;
}

function sharedFirst(x: Tensor, kernel: Tensor, bias: Tensor, options: DendriticTreeOptions): Tensor {
  const mask = maskOf(options);
  if (!options.dropoutSharedAcrossUnits) return sharedLevel({ x, kernel, bias }, mask);
  return sharedLevel({ x: dropped(x, mask), kernel, bias }, NO_MASK);
}

function ownFirst(
  x: Tensor,
  kernel: Tensor,
  bias: Tensor,
  { units, inputs }: { units: number; inputs: number },
  options: DendriticTreeOptions,
): Tensor {
  const lines = toLines({ x: dropped(x, maskOf(options)) }, { rest: 'last' });
  const h = tf.reshape(lines, [units, inputs, lines.shape[1]!]);
  return ownLevel({ h, kernel, bias }, { slope: 1 });
}

function dropped(x: Tensor, mask: MaskCall): Tensor {
  return mask.dropped > 0 ? counterDropout({ x }, mask) : x;
}
