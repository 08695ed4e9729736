import { ArgumentError } from '@arborize/core';
import type { serialization } from '@tensorflow/tfjs-core';
import { checkChannels, checkLogicalOptions } from './check-options.ts';
import type { Gate, GateStrategy } from './gate-call.ts';
import type { LogicalOptions } from './logical-activation.ts';
import { divisor, featureFactor } from './widths.ts';

/** The gates of a layer. */
export interface LogicalLayerOptions {
  /** The gates, in the order of their outputs. Default `['and', 'or']`. */
  readonly ops?: readonly Gate[];
  /** `'duplicate'` (default): every group through every gate; `'partition'`: each gate an equal run of the groups. */
  readonly strategy?: GateStrategy;
  /** `'ail'` (default): piecewise linear; `'il'`: exact log-odds. */
  readonly kind?: 'ail' | 'il';
  /** Zero mean and unit variance for independent N(0, 1) inputs. Default `true`. */
  readonly normalized?: boolean;
  /** Adjacent channels in a group, an integer ≥ 2. Default 2. */
  readonly k?: number;
  /** τ > 0, for gates of kind `'il'` that are not normalized. Default 1. */
  readonly temperature?: number;
}

type Shape = (number | null)[];

/** Fills in the defaults of a layer's gates and checks them. */
export function checkLayerOptions(
  where: string,
  { kind = 'ail', ops, strategy, normalized, k, temperature }: LogicalLayerOptions,
  axis: number,
): Required<LogicalOptions> {
  if (kind !== 'ail' && kind !== 'il') {
    throw new ArgumentError({ where, argument: 'options.kind', got: kind, expected: "'ail' or 'il'" });
  }
  return checkLogicalOptions(where, {
    ops,
    strategy,
    exact: kind === 'il',
    normalized,
    k,
    axis,
    temperature,
  });
}

/** The gates of a layer as its config holds them. */
export function layerConfig(options: Required<LogicalOptions>): serialization.ConfigDict {
  const { ops, strategy, exact, normalized, k, temperature } = options;
  return { ops: [...ops], strategy, kind: exact ? 'il' : 'ail', normalized, k, temperature };
}

/** The shape after the gates. */
export function gatedShape(where: string, shape: Shape, options: Required<LogicalOptions>): Shape {
  const { ops, strategy, k, axis } = options;
  const channelAxis = checkChannels(where, shape, axis, divisor(ops, strategy, k));
  if (channelAxis === 0) {
    const expected = `an axis of [${shape.map(String).join(', ')}] other than that of the batch`;
    throw new ArgumentError({ where, argument: 'options.axis', got: axis, expected });
  }
  const channels = shape[channelAxis];
  return typeof channels === 'number'
    ? shape.with(channelAxis, channels * featureFactor(ops, strategy, k))
    : shape;
}

/** The output width of a layer that the gates can give, at least the one asked for, and the width before the gates. */
export function planWidth(
  where: string,
  argument: string,
  asked: number,
  { ops, strategy, k }: Required<LogicalOptions>,
): { width: number; preActivations: number } {
  if (!Number.isInteger(asked) || asked < 1) {
    throw new ArgumentError({
      where,
      argument: `options.${argument}`,
      got: asked,
      expected: 'a positive integer',
    });
  }
  const groups = Math.ceil(asked / ops.length);
  const width = groups * ops.length;
  if (width !== asked) {
    console.warn(
      `${where}: ${argument} ${asked} is not a multiple of ${ops.length} gates; the layer has ${width}.`,
    );
  }
  return { width, preActivations: k * (strategy === 'duplicate' ? groups : width) };
}
