import { dropRate, keepMask, Random } from '@arborize/core';
import { type Array64, array64 } from '@arborize/core/testing';
import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';

const product = (sizes: readonly number[]) => sizes.reduce((a, b) => a * b, 1);

/** Shapes of the inputs, of all kernels, and of all biases. */
export function treeShapes(
  rows: number | readonly number[],
  units: number,
  branching: readonly number[],
  { own = false } = {},
): number[][] {
  const inputs = product(branching);
  const lead = typeof rows === 'number' ? [rows] : rows;
  let nodes = inputs;
  const sizes = branching.map((b) => {
    nodes /= b;
    return [units, nodes, b];
  });
  return [[...lead, own ? units * inputs : inputs], ...sizes, ...sizes.map((shape) => shape.slice(0, 2))];
}

interface Tree64Options {
  readonly slope?: number;
  readonly linearSoma?: boolean;
  readonly rate?: number;
  readonly seed?: number;
  readonly oneMask?: boolean;
}

/** The float64 reference: one row, one unit and one node after the other. */
export function tree64({
  slope = 0.1,
  linearSoma = false,
  rate = 0,
  seed = 0,
  oneMask = false,
}: Tree64Options = {}) {
  return (x?: Array64, ...weights: Array64[]): Array64 => {
    const levels = weights.length / 2;
    const units = weights[0]!.shape[0]!;
    const inputs = weights[0]!.shape[1]! * weights[0]!.shape[2]!;
    const width = x!.shape.at(-1)!;
    const rows = product(x!.shape.slice(0, -1));
    const mask = keepMask(seed, rows, oneMask ? inputs : inputs * units, dropRate('test', 'rate', rate));
    const y = array64([...x!.shape.slice(0, -1), units], new Float64Array(rows * units));
    for (let row = 0; row < rows; row++) {
      for (let unit = 0; unit < units; unit++) {
        const from = row * width + (width === inputs ? 0 : unit * inputs);
        let h = Array.from({ length: inputs }, (_, i) => {
          const kept = oneMask ? mask[row * inputs + i]! : mask[(row * units + unit) * inputs + i]!;
          return x!.values[from + i]! * kept;
        });
        for (let level = 0; level < levels; level++) {
          const [, nodes, b] = weights[level]!.shape as [number, number, number];
          h = Array.from({ length: nodes }, (_, j) => {
            let z = weights[levels + level]!.values[unit * nodes + j]!;
            for (let k = 0; k < b; k++)
              z += weights[level]!.values[(unit * nodes + j) * b + k]! * h[j * b + k]!;
            return z > 0 || (linearSoma && level === levels - 1) ? z : slope * z;
          });
        }
        y.values[row * units + unit] = h[0]!;
      }
    }
    return y;
  };
}

/** Magnitudes between 0.3 and 1.5: sums of them that come near the kink of the activation are rare. */
export function away(random: Random): number {
  return (random.uniform() < 0.5 ? -1 : 1) * random.uniform(0.3, 1.5);
}

/** Kernels, then biases, drawn from N(0, 1 / b). */
export function randomTree(units: number, branching: readonly number[], seed: number): Tensor[] {
  const random = new Random(seed);
  return treeShapes(1, units, branching)
    .slice(1)
    .map((shape) => {
      const deviation = 1 / Math.sqrt(shape[2] ?? 1);
      const values = Float32Array.from({ length: product(shape) }, () => random.normal(0, deviation));
      return tf.tensor(values, shape);
    });
}

/** The authors' form: each level a dense product with a matrix of blocks on the diagonal, inputs repeated for each unit. */
export function maskedDense(
  units: number,
  branching: readonly number[],
  {
    activation = (z: Tensor) => tf.leakyRelu(z, 0.1) as Tensor,
    somaActivation = activation,
  }: { activation?: (z: Tensor) => Tensor; somaActivation?: (z: Tensor) => Tensor } = {},
) {
  return (x: Tensor, ...weights: Tensor[]): Tensor => {
    let h: Tensor = tf.tile(x, [1, units]);
    for (const [level, b] of branching.entries()) {
      const kernel = weights[level]!;
      const out = kernel.shape[0]! * kernel.shape[1]!;
      const blocks = tf.mul(tf.reshape(kernel, [out, 1, b]), tf.expandDims(tf.eye(out), 2));
      const dense = tf.reshape(blocks, [out, out * b]);
      const z = tf.add(
        tf.matMul(h, dense, false, true),
        tf.reshape(weights[branching.length + level]!, [out]),
      );
      h = level === branching.length - 1 ? somaActivation(z) : activation(z);
    }
    return h;
  };
}
