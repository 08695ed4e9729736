import { ArgumentError } from '@arborize/core';
import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { toDense } from '../conversion/to-dense.ts';
import { erdosRenyi } from '../pattern/erdos-renyi.ts';
import { patternOf } from '../pattern/sparse-pattern.ts';
import { product } from '../product/product.ts';
import type { BreakEven } from './break-even.ts';

/** Options of {@link calibrateSparse}. */
export interface CalibrateSparseOptions {
  /** Batch sizes to measure, rising. Default `[1, 32, 128]`. */
  readonly batchSizes?: readonly number[];
  /** Inputs and units of the layer that is measured. Default 512. */
  readonly width?: number;
  /** Whether the gradients are measured, too. Default `true`. */
  readonly training?: boolean;
  /** Rounds of which the fastest counts. Default 5. */
  readonly rounds?: number;
}

/** The densities that are tried, in this order. */
const DENSITIES = [0.02, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.8, 1];

/**
 * Measures on the active backend from which density on a dense product is faster than a sparse one.
 *
 * @returns Pairs of a batch size and a density, for the `breakEven` of `SparseDense` layers; plain JSON.
 * @throws ArgumentError for bad options.
 * @example
 * const breakEven = await calibrateSparse({ batchSizes: [128] }); // e.g. [[128, 0.5]]
 * new SparseDense({ units: 1000, density: 0.3, breakEven });
 */
export async function calibrateSparse({
  batchSizes = [1, 32, 128],
  width = 512,
  training = true,
  rounds = 5,
}: CalibrateSparseOptions = {}): Promise<BreakEven> {
  check('width', [width]);
  check('rounds', [rounds]);
  check('batchSizes', batchSizes);
  const table: [number, number][] = [];
  for (const batchSize of batchSizes) {
    table.push([batchSize, await breakEvenDensity(batchSize, width, training, rounds)]);
  }
  return table;
}

function check(argument: string, numbers: readonly number[]): void {
  const rises = numbers.every((n, i) => Number.isInteger(n) && n > (numbers[i - 1] ?? 0));
  if (rises && numbers.length > 0) return;
  const expected = numbers.length === 1 ? 'a positive integer' : 'positive integers that rise';
  const where = 'calibrateSparse';
  throw new ArgumentError({ where, argument: `options.${argument}`, got: numbers, expected });
}

async function breakEvenDensity(
  batchSize: number,
  width: number,
  training: boolean,
  rounds: number,
): Promise<number> {
  const x = tf.randomNormal([batchSize, width]);
  let faster = 0;
  for (const density of DENSITIES) {
    const pattern = patternOf(erdosRenyi([width, width], { density }));
    const values = tf.randomNormal([pattern.size]);
    const call = { pattern, transposed: false, layout: 'batchMajor' } as const;
    const ways = [
      (x: Tensor, values: Tensor) => product({ x, values }, call),
      (x: Tensor, values: Tensor) => tf.matMul(x, toDense({ pattern, values })),
    ].map((way) => stepOf(way, [x, values], training));
    const [sparse, dense] = await fastest(ways, rounds);
    tf.dispose([values, pattern as unknown as tf.NamedTensorMap]);
    if (sparse! > dense!) break;
    faster = density;
  }
  x.dispose();
  return faster;
}

type Step = () => Tensor[];

function stepOf(way: (...inputs: Tensor[]) => Tensor, inputs: Tensor[], training: boolean): Step {
  if (!training) return () => [way(...inputs)];
  const gradients = tf.valueAndGrads((...given: Tensor[]) => tf.sum(way(...given)) as tf.Scalar);
  return () => {
    const { value, grads } = gradients(inputs);
    return [value, ...grads];
  };
}

/** The least milliseconds of each, taken in turns after one round to warm up. */
async function fastest(steps: readonly Step[], rounds: number): Promise<number[]> {
  const least = steps.map(() => Number.POSITIVE_INFINITY);
  for (let round = 0; round <= rounds; round++) {
    for (const [i, step] of steps.entries()) {
      const begin = performance.now();
      const results = step();
      // Some backends compute later: the last result is waited for.
      await results.at(-1)!.data();
      if (round > 0) least[i] = Math.min(least[i]!, performance.now() - begin);
      tf.dispose(results);
    }
  }
  return least;
}
