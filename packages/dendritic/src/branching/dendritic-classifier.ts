import * as tfl from '@tensorflow/tfjs-layers';
import { DendriticDense, type DendriticDenseOptions } from './dendritic-dense.ts';

/** Options of {@link dendriticClassifier}: its shapes, and any of {@link DendriticDense}. */
export interface DendriticClassifierOptions extends Omit<DendriticDenseOptions, 'units' | 'inputShape'> {
  /** Shape of one sample, e.g. `[28, 28, 1]`; it is flattened row by row. */
  readonly inputShape: readonly number[];
  /** Number of classes, or 1 for a yes-or-no question. */
  readonly classes: number;
}

/**
 * A classifier with one dendritic tree for each class over all inputs. It gives logits: train it with a loss that takes
 * these, such as `tf.losses.softmaxCrossEntropy`.
 *
 * @returns A model [B, …inputShape] → [B, classes], not compiled.
 * @throws ArgumentError as {@link DendriticDense} does.
 * @example
 * const model = dendriticClassifier({ inputShape: [28, 28, 1], classes: 10, branching: [28, 28] });
 * model.countParams(); // 8410
 * @see Han, Gorobets and Chen, "Parameter efficient dendritic-tree neurons outperform perceptrons", arXiv 2207.00708.
 */
export function dendriticClassifier({
  inputShape,
  classes,
  ...options
}: DendriticClassifierOptions): tfl.Sequential {
  const flat = inputShape.length === 1;
  const trees = (more: { inputShape?: number[] }) =>
    new DendriticDense({ ...options, ...more, units: classes });
  return tfl.sequential({
    layers: flat
      ? [trees({ inputShape: [...inputShape] })]
      : [tfl.layers.flatten({ inputShape: [...inputShape] }), trees({})],
  });
}
