import { ArgumentError, toFloatTensor } from '@arborize/core';
import type { Tensor, TensorLike } from '@tensorflow/tfjs-core';

/**
 * Where the factor goes that makes up for dropped weights: `'inverted'`, as Keras has it, divides by p in training, so that mean
 * inference is that of a dense layer; `'paper'` multiplies by p in inference.
 */
export type DropConnectScaling = 'inverted' | 'paper';

/** What training and inference of one layer share. */
export interface DropConnectOptions {
  /** Probability in [0, 1) that a weight is dropped; rounded to 1/65536. Default 0.5. */
  readonly rate?: number;
  /** [N]. Default none. */
  readonly bias?: Tensor | TensorLike | null;
  /** Default `'inverted'`. */
  readonly scaling?: DropConnectScaling;
  /** Whether biases are dropped like weights, as published. If not, they are added as they are. Default `true`. */
  readonly maskBias?: boolean;
}

export function checkDropRate(where: string, rate: number, argument = 'options.rate'): void {
  if (!(typeof rate === 'number' && rate >= 0 && rate < 1)) {
    throw new ArgumentError({ where, argument, got: rate, expected: 'a probability in [0, 1)' });
  }
}

export function demandOneOf(where: string, argument: string, got: unknown, known: readonly string[]): void {
  if (known.includes(got as string)) return;
  throw new ArgumentError({ where, argument, got, expected: known.map((name) => `'${name}'`).join(' or ') });
}

/** The float tensors of a product, once they are known to fit each other. */
export function productTensors(
  where: string,
  x: Tensor | TensorLike,
  kernel: Tensor | TensorLike,
  { bias: offset, scaling = 'inverted' }: DropConnectOptions,
): { x: Tensor; kernel: Tensor; bias: Tensor | null } {
  demandOneOf(where, 'options.scaling', scaling, ['inverted', 'paper']);
  const rows = toFloatTensor(x, where, 'x');
  const weights = toFloatTensor(kernel, where, 'kernel');
  const bias = offset == null ? null : toFloatTensor(offset, where, 'options.bias');
  const demand = (holds: boolean, argument: string, got: Tensor, expected: string) => {
    if (!holds) throw new ArgumentError({ where, argument, got, expected });
  };
  demand(weights.rank === 2, 'kernel', weights, 'a matrix [inputs, outputs]');
  const [inputs, outputs] = weights.shape as [number, number];
  demand(rows.rank === 2 && rows.shape[1] === inputs, 'x', rows, `of shape [batch, ${inputs}]`);
  if (bias)
    demand(bias.rank === 1 && bias.shape[0] === outputs, 'options.bias', bias, `of shape [${outputs}]`);
  return { x: rows, kernel: weights, bias };
}
