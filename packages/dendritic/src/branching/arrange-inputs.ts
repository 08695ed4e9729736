import { ArgumentError, defineOp, Random } from '@arborize/core';
import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';

/** The order in which a tree takes its inputs: as they come, shuffled, or input `order[i]` in place i. */
export type InputOrder = 'natural' | 'random' | readonly number[];

/** x [rows, columns] with its columns in another order, each of them once. */
const reorder: (inputs: { x: Tensor }, attrs: { order: readonly number[] }) => Tensor = defineOp<
  { x: Tensor },
  { order: readonly number[] },
  Tensor
>({
  name: 'DendriticReorder',
  reference: ({ x }, { order }) => tf.gather(x, tf.tensor1d([...order], 'int32'), 1),
  gradient: {
    saves: [],
    of: (dy, _, { order }) => ({ x: () => reorder({ x: dy }, { order: inverse(order) }) }),
  },
});

function inverse(order: readonly number[]): number[] {
  const places = new Array<number>(order.length);
  for (const [place, input] of order.entries()) places[input] = place;
  return places;
}

/** The orders of all repeats one after the other, or `null` where all are natural. */
export function resolveOrder(
  where: string,
  order: InputOrder,
  inputs: number,
  repeats: number,
  seed: number,
): readonly number[] | null {
  if (order === 'natural') return null;
  if (order === 'random') {
    return Array.from({ length: repeats }, (_, i) => [
      ...new Random(seed).fork(i).permutation(inputs),
    ]).flat();
  }
  const whole = Array.isArray(order) && order.length === inputs * repeats;
  const all = whole ? order : Array.from({ length: repeats }, () => order).flat();
  const permutations = Array.from({ length: repeats }, (_, i) => all.slice(i * inputs, (i + 1) * inputs));
  const valid = all.length === inputs * repeats && permutations.every((each) => isPermutation(each, inputs));
  if (valid) return all;
  throw new ArgumentError({
    where,
    argument: 'options.inputOrder',
    got: Array.isArray(order) && order.length > 8 ? `a list of ${order.length}` : order,
    expected: `'natural', 'random', or each of 0 … ${inputs - 1} once`,
  });
}

function isPermutation(order: readonly number[], size: number): boolean {
  return new Set(order).size === size && order.every((i) => Number.isInteger(i) && i >= 0 && i < size);
}

/** x [rows, inputs] → [rows, repeats · padded]: for each repeat all inputs in its order, then zeros. */
export function arrangeInputs(
  x: Tensor,
  order: readonly number[] | null,
  repeats: number,
  padded: number,
): Tensor {
  const inputs = x.shape[1]!;
  const parts = Array.from({ length: repeats }, (_, i) => {
    const ordered = order ? reorder({ x }, { order: order.slice(i * inputs, (i + 1) * inputs) }) : x;
    return padded === inputs
      ? ordered
      : tf.pad(ordered, [
          [0, 0],
          [0, padded - inputs],
        ]);
  });
  return parts.length === 1 ? parts[0]! : tf.concat(parts, 1);
}
