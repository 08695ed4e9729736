import { ArgumentError } from '@arborize/core';
import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';

/** One level as masked dense code keeps it. */
export interface MaskedLevel {
  /** [units · n_l, units · n_{l−1}], as `torch.nn.Linear` has it: all but a block of b_l numbers in each row is ignored. */
  readonly weight: Tensor;
  /** [units · n_l]; left out for none. */
  readonly bias?: Tensor;
}

/**
 * The weights of a {@link DendriticDense} from those of masked dense levels, as the authors' PyTorch code trains them:
 * row r keeps its columns r·b … r·b + b − 1.
 *
 * @param levels From the inputs to the soma.
 * @returns Tensors for `layer.setWeights`: a kernel for each level, each followed by its bias if there is one. They are the
 *   caller's to dispose of.
 * @throws ArgumentError if a shape does not fit.
 * @example
 * const weight = tf.tensor2d([[3, 5, 0, 0], [0, 0, 7, 9]]);
 * weightsFromMasked([{ weight }], 2); // [[[[3, 5]], [[7, 9]]]]
 * @see Han, Gorobets and Chen, arXiv 2207.00708.
 */
export function weightsFromMasked(levels: readonly MaskedLevel[], units: number): Tensor[] {
  for (const [i, { weight, bias }] of levels.entries()) {
    const [rows = 0, columns = 0] = weight.shape;
    const next = levels[i + 1]?.weight.shape[1] ?? units;
    const fits = weight.rank === 2 && rows > 0 && rows === next && columns % rows === 0;
    if (!fits) {
      const expected = `of ${next} rows and a multiple of it of columns`;
      throw fault(`levels[${i}].weight`, weight, expected);
    }
    if (bias && !(bias.rank === 1 && bias.shape[0] === rows)) {
      throw fault(`levels[${i}].bias`, bias, `of shape [${rows}]`);
    }
  }
  return tf.tidy(() =>
    levels.flatMap(({ weight, bias }) => {
      const [rows, columns] = weight.shape as [number, number];
      const b = columns / rows;
      const nodes = rows / units;
      // Seen as [rows, rows, b] the blocks lie on the diagonal.
      const blocks = tf.mul(tf.reshape(weight, [rows, rows, b]), tf.expandDims(tf.eye(rows), 2));
      const kernel = tf.reshape(tf.sum(blocks, 1), [units, nodes, b]);
      return bias ? [kernel, tf.reshape(bias, [units, nodes])] : [kernel];
    }),
  );
}

function fault(argument: string, got: Tensor, expected: string): ArgumentError {
  return new ArgumentError({ where: 'weightsFromMasked', argument, got, expected });
}
