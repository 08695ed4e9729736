import type { Random } from '@arborize/core';
import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { randomPositions } from '../pattern/random-positions.ts';
import { patternOf } from '../pattern/sparse-pattern.ts';
import { topologyFromPositions } from '../pattern/topology.ts';
import { sampled } from '../product/product.ts';
import { largest } from './select.ts';

/** Inputs and outputs that may be connected, rising; `null` for all. */
export interface Alive {
  readonly rows: Int32Array | null;
  readonly columns: Int32Array | null;
}

/** The positions of a matrix that growth may choose from: those of living rows and columns that are not kept. */
export interface Ground extends Alive {
  readonly inputs: number;
  readonly outputs: number;
  /** Sorted positions row + column · inputs. */
  readonly kept: Float64Array;
}

/** The last input of a layer and the gradient of its x·W + bias. */
export interface RecordedGradient {
  readonly x: Tensor;
  readonly dz: Tensor;
}

/** The number of positions that can be grown. */
export function freePositions({ inputs, outputs, rows, columns, kept }: Ground): number {
  return (rows?.length ?? inputs) * (columns?.length ?? outputs) - kept.length;
}

/** `count` random free positions, all equally likely. */
export function growRandom(ground: Ground, count: number, random: Random): Float64Array {
  const { inputs, outputs, rows, columns, kept } = ground;
  // Positions are drawn among the living rows and columns, numbered through; that numbering keeps their order.
  const height = rows?.length ?? inputs;
  const [rowAt, columnAt] = [numbering(rows, inputs), numbering(columns, outputs)];
  const taken = kept.map((position) => {
    const column = Math.floor(position / inputs);
    return rowAt(position - column * inputs) + columnAt(column) * height;
  });
  const total = height * (columns?.length ?? outputs);
  return randomPositions(count, total, taken, random).map((position) => {
    const column = Math.floor(position / height);
    const row = position - column * height;
    return (rows ? rows[row]! : row) + (columns ? columns[column]! : column) * inputs;
  });
}

function numbering(living: Int32Array | null, size: number): (index: number) => number {
  if (!living) return (index) => index;
  const numbers = new Int32Array(size);
  for (const [number, index] of living.entries()) numbers[index] = number;
  return (index) => numbers[index]!;
}

/** The `count` free positions with the largest gradient. Needs memory for all positions. */
export async function growByGradient(
  ground: Ground,
  count: number,
  gradient: RecordedGradient,
): Promise<Float64Array> {
  return Float64Array.from(largest(await gradientMagnitudes(ground, gradient), count));
}

/** The magnitude of the gradient at each position row + column · inputs; −1 at those that are not free. */
export async function gradientMagnitudes(
  { inputs, outputs, rows, columns, kept }: Ground,
  { x, dz }: RecordedGradient,
): Promise<Float32Array> {
  // Transposed, so that positions number the elements.
  const gradient = tf.tidy(() => tf.abs(tf.matMul(dz, x, true)));
  const magnitudes = new Float32Array(inputs * outputs).fill(-1);
  const values = await gradient.data<'float32'>();
  gradient.dispose();
  const [height, width] = [rows?.length ?? inputs, columns?.length ?? outputs];
  for (let c = 0; c < width; c++) {
    const base = (columns ? columns[c]! : c) * inputs;
    for (let r = 0; r < height; r++) {
      const at = base + (rows ? rows[r]! : r);
      magnitudes[at] = values[at]!;
    }
  }
  for (const position of kept) magnitudes[position] = -1;
  return magnitudes;
}

/** The `count` positions with the largest gradient among `candidates` random ones: nothing dense is made. */
export async function growBySampledGradient(
  ground: Ground,
  count: number,
  candidates: number,
  { x, dz }: RecordedGradient,
  random: Random,
): Promise<Float64Array> {
  const { inputs, outputs } = ground;
  const positions = growRandom(ground, Math.min(candidates, freePositions(ground)), random);
  const pattern = patternOf(topologyFromPositions(inputs, outputs, positions));
  const gradient = tf.tidy(() => tf.abs(sampled({ a: x, b: dz }, { pattern, layout: 'batchMajor' })));
  const magnitudes = await gradient.data<'float32'>();
  tf.dispose([gradient, pattern as unknown as tf.NamedTensorMap]);
  return Float64Array.from(largest(magnitudes, count), (at) => positions[at]!);
}
