import { resolveBranching } from './resolve-branching.ts';

/** Trainable parameters of a layer of trees. */
export interface TreeParameters {
  readonly weights: number;
  readonly biases: number;
  readonly total: number;
}

/**
 * Counts the parameters of `units` dendritic trees: each has ∏_{i ≥ l} b_i weights and ∏_{i > l} b_i biases on level l.
 *
 * @param inputs Inputs of one tree.
 * @param branching The factors from the inputs to the soma, one factor of which `inputs` is a power, or `'sqrt'`.
 * @throws ArgumentError if the factors do not multiply to `inputs`.
 * @example
 * treeParameterCount(784, [28, 28], 10); // { weights: 8120, biases: 290, total: 8410 }
 */
export function treeParameterCount(
  inputs: number,
  branching: 'sqrt' | number | readonly number[],
  units = 1,
): TreeParameters {
  const levels = resolveBranching('treeParameterCount', { branching }, inputs);
  let nodes = inputs;
  let weights = 0;
  let biases = 0;
  for (const b of levels) {
    weights += nodes * units;
    nodes /= b;
    biases += nodes * units;
  }
  return { weights, biases, total: weights + biases };
}
