import { ArgumentError } from '@arborize/core';

/** Options of {@link erkDensities}. */
export interface ErkDensitiesOptions {
  /**
   * Whether the spatial sizes of a convolution kernel count (Erdős–Rényi-Kernel), or its channels only (Erdős–Rényi).
   * Equal for matrices. Default `true`.
   */
  readonly kernel?: boolean;
  /** Exponent of each layer's raw density: 0 gives every layer the same density. Default 1. */
  readonly powerScale?: number;
}

/**
 * Densities of the layers of a network under one global sparsity: layers with few positions are kept denser.
 *
 *     density_l = ε·(Σ shape_l / Π shape_l)^powerScale, at most 1,   with ε such that Σ density_l·size_l = (1 − S)·Σ size_l
 *
 * Layers that would exceed 1 are made dense, those of the largest raw density first, and ε is solved again for the rest.
 *
 * @param shapes Shapes of the weights, [inputs, outputs] or [height, width, inputs, outputs].
 * @param sparsity S in [0, 1): the share of all positions that is left empty.
 * @returns The density of each layer, in (0, 1].
 * @throws ArgumentError if a shape or the sparsity is out of range.
 * @example
 * erkDensities([[784, 300], [300, 100], [100, 10]], 0.9).map((d) => d.toFixed(3)); // ['0.080', '0.230', '1.000']
 * @see Evci et al., "Rigging the Lottery", arXiv 1911.11134, section 3.
 */
export function erkDensities(
  shapes: readonly (readonly number[])[],
  sparsity: number,
  { kernel = true, powerScale = 1 }: ErkDensitiesOptions = {},
): number[] {
  const where = 'erkDensities';
  if (!(sparsity >= 0 && sparsity < 1)) {
    throw new ArgumentError({ where, argument: 'sparsity', got: sparsity, expected: 'in [0, 1)' });
  }
  if (!Number.isFinite(powerScale)) {
    const expected = 'a finite number';
    throw new ArgumentError({ where, argument: 'options.powerScale', got: powerScale, expected });
  }
  for (const [i, shape] of shapes.entries()) {
    if (shape.length >= 2 && shape.every((size) => Number.isInteger(size) && size > 0)) continue;
    const expected = 'at least two positive integers';
    throw new ArgumentError({ where, argument: `shapes[${i}]`, got: shape, expected });
  }
  const layers = shapes.map((shape) => {
    const counted = kernel ? shape : shape.slice(-2);
    return { size: product(shape), raw: (sum(counted) / product(counted)) ** powerScale, dense: false };
  });
  for (;;) {
    const sparse = layers.filter(({ dense }) => !dense);
    const dense = layers.filter((layer) => layer.dense);
    // Dense layers give up no position, so the others must hold that many fewer.
    const kept =
      sum(sparse.map(({ size }) => size - Math.floor(sparsity * size))) -
      sum(dense.map(({ size }) => Math.floor(sparsity * size)));
    const epsilon = kept / sum(sparse.map(({ size, raw }) => size * raw));
    const largest = Math.max(...sparse.map(({ raw }) => raw));
    if (sparse.length === 0 || !(epsilon * largest > 1)) {
      return layers.map((layer) => (layer.dense ? 1 : epsilon * layer.raw));
    }
    for (const layer of sparse) layer.dense = layer.raw === largest;
  }
}

const sum = (numbers: readonly number[]) => numbers.reduce((total, n) => total + n, 0);
const product = (numbers: readonly number[]) => numbers.reduce((total, n) => total * n, 1);
