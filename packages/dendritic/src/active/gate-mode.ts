import { ArgumentError } from '@arborize/core';

const MODES = ['absMaxGate', 'maxGate', 'absMaxGateUnsigned', 'bias'] as const;

/**
 * How the winning segment, with activation a, acts on its unit's y:
 *
 *     'absMaxGate'          y·σ(a), a the activation of largest magnitude, with its sign
 *     'maxGate'             y·σ(a), a the largest activation
 *     'absMaxGateUnsigned'  y·σ(|a|), a the activation of largest magnitude
 *     'bias'                y + a, a the largest activation
 */
export type GateMode = (typeof MODES)[number];

/** @throws ArgumentError for a mode that is none of the four. */
export function checkMode(where: string, mode: GateMode): void {
  if (MODES.includes(mode)) return;
  throw new ArgumentError({
    where,
    argument: 'options.mode',
    got: mode,
    expected: MODES.map((name) => `'${name}'`).join(', '),
  });
}

/** Whether magnitudes compete, and not the activations themselves. */
export function byMagnitude(mode: GateMode): boolean {
  return mode === 'absMaxGate' || mode === 'absMaxGateUnsigned';
}
