import { checkLogicalOptions } from './check-options.ts';
import type { Gate, GateStrategy } from './gate-call.ts';

/**
 * Output channels for each input channel of {@link logicalActivation}: m/k for m duplicated gates, 1/k otherwise.
 *
 * @throws ArgumentError for unknown ops, an unknown strategy, or k below 2.
 * @example
 * featureFactor(['and', 'or', 'xnor'], 'duplicate', 2); // 1.5
 */
export function featureFactor(ops: readonly Gate[], strategy: GateStrategy, k = 2): number {
  checkLogicalOptions('featureFactor', { ops, strategy, k });
  return strategy === 'duplicate' ? ops.length / k : 1 / k;
}

/**
 * What the channels of {@link logicalActivation} must be a multiple of: k, or m·k for m gates that partition the groups.
 *
 * @throws ArgumentError for unknown ops, an unknown strategy, or k below 2.
 * @example
 * divisor(['or', 'xnor'], 'partition', 2); // 4
 */
export function divisor(ops: readonly Gate[], strategy: GateStrategy, k = 2): number {
  checkLogicalOptions('divisor', { ops, strategy, k });
  return strategy === 'partition' ? k * ops.length : k;
}
