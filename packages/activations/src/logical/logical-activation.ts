import { toFloatTensor } from '@arborize/core';
import type { Tensor, TensorLike } from '@tensorflow/tfjs-core';
import { checkChannels, checkLogicalOptions } from './check-options.ts';
import type { Gate, GateStrategy, ScaledGate } from './gate-call.ts';
import { gates } from './gates.ts';
import { normalizers } from './normalizers.ts';
import { divisor } from './widths.ts';

/** Options of a single gate such as {@link orAil}. */
export interface GateOptions {
  /** Adjacent channels in a group, an integer ≥ 2. Default 2. */
  readonly k?: number;
  /** The channel axis; negative counts from the end. Default −1. */
  readonly axis?: number;
  /** Zero mean and unit variance for independent N(0, 1) inputs, by {@link normalizers}. Default `false`. */
  readonly normalized?: boolean;
}

/** Options of {@link logicalActivation}. */
export interface LogicalOptions extends Omit<GateOptions, 'normalized'> {
  /** The gates, in the order of their outputs. Default `['and', 'or']`. */
  readonly ops?: readonly Gate[];
  /** `'duplicate'` (default): every group through every gate; `'partition'`: each gate an equal run of the groups. */
  readonly strategy?: GateStrategy;
  /** Log-odds of independent events instead of their piecewise linear approximation. Default `false`. */
  readonly exact?: boolean;
  /** Zero mean and unit variance for independent N(0, 1) inputs. Default `true`. */
  readonly normalized?: boolean;
  /** τ > 0 in τ·f(z/τ), for exact gates that are not normalized; as τ → 0 they become piecewise linear. Default 1. */
  readonly temperature?: number;
}

/**
 * Logical gates as an activation: reads each pre-activation as the log-odds of a feature and gives the log-odds of
 * "all", "any" and "an even number" of each group of k adjacent channels.
 *
 *     or(z)   = Σ max(zᵢ, 0) if that is positive, else max zᵢ          exact: log(∏(1 + e^zᵢ) − 1)
 *     and(z)  = −or(−z)
 *     xnor(z) = (−1)ᵏ · ∏ sgn zᵢ · min |zᵢ|                            exact: 2·artanh ∏ (−tanh(zᵢ/2))
 *
 *     ∂or/∂zᵢ   = [zᵢ > 0] if any is positive, else 1 for the first largest zᵢ
 *     ∂xnor/∂zᵢ = (−1)ᵏ · ∏_{j≠i} sgn zⱼ for the first smallest |zᵢ|, else 0;   sgn 0 = 0
 *
 * The results are concatenated by gate along the channel axis: C channels give m·C/k for m duplicated gates, C/k for
 * a partition. One pass forward, one backward. First derivatives only.
 *
 * @param x Float32 tensor of rank 1 to 6 whose channels are a multiple of {@link divisor}, or numbers.
 * @returns A tensor of the shape of `x` except along the axis; the caller disposes of it.
 * @throws ArgumentError for an unknown gate or strategy, k below 2, an axis outside the shape, channels that do not
 *   divide, or a temperature with gates that are approximate or normalized.
 * @example
 * logicalActivation([1.5, -0.5, -1, -2], { ops: ['and', 'or'], normalized: false }).print(); // [-0.5, -3, 1.5, -1]
 * @see Lowe et al., "Logical Activation Functions", NeurIPS 2022, arXiv 2110.11940.
 */
export function logicalActivation(x: Tensor | TensorLike, options: LogicalOptions = {}): Tensor {
  return applyLogical('logicalActivation', x, checkLogicalOptions('logicalActivation', options));
}

const exactName = { and: 'exactAnd', or: 'exactOr', xnor: 'exactXnor' } as const;

/** {@link logicalActivation} under the name of the function or layer that was called; the options are checked. */
export function applyLogical(
  where: string,
  x: Tensor | TensorLike,
  { ops, strategy, exact, normalized, k, axis, temperature }: Required<LogicalOptions>,
): Tensor {
  const constants = normalized ? normalizers(k, { exact }) : null;
  const scaled = ops.map((op): ScaledGate => {
    const gate = exact ? exactName[op] : op;
    if (!constants) return { gate, scale: 1, shift: 0 };
    const { mean, deviation } = constants[op];
    return { gate, scale: 1 / deviation, shift: -mean / deviation };
  });
  const z = toFloatTensor(x, where, 'x');
  const channelAxis = checkChannels(where, z.shape, axis, divisor(ops, strategy, k));
  return gates({ z }, { gates: scaled, strategy, k, axis: channelAxis, temperature });
}

/** One gate on its own. */
export function applyGate(
  where: string,
  x: Tensor | TensorLike,
  op: Gate,
  exact: boolean,
  { normalized = false, ...options }: GateOptions,
): Tensor {
  return applyLogical(where, x, checkLogicalOptions(where, { ...options, ops: [op], exact, normalized }));
}
