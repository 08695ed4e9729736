import { ArgumentError } from '@arborize/core';
import { checkPadding } from '../stock-layers/input-shape.ts';
import { checkDacOptions, type DacLayerOptions, type DacSettings } from './dac-options.ts';

/** What the convolutions with a bias for every connection have in common. */
export interface DacConvLayerOptions extends DacLayerOptions {
  /** `'channel'` (default): a bias for every pair of channels, shared by the taps; `'tap'`: one for every weight. */
  readonly biasMode?: 'channel' | 'tap';
}

/** The options of a convolution, checked. */
export interface DacConvSettings extends DacSettings {
  readonly biasMode: 'channel' | 'tap';
}

export function checkDacConvOptions(
  where: string,
  filters: number,
  padding: string,
  options: DacConvLayerOptions,
): DacConvSettings {
  const { biasMode = 'channel' } = options;
  if (biasMode !== 'channel' && biasMode !== 'tap') {
    throw new ArgumentError({
      where,
      argument: 'options.biasMode',
      got: biasMode,
      expected: "'channel' or 'tap'",
    });
  }
  checkPadding(where, padding);
  const settings = checkDacOptions(where, filters, options);
  return { ...settings, biasMode, config: { ...settings.config, biasMode } };
}

export function biasShape(
  { biasMode, groups }: DacConvSettings,
  kernelSize: readonly number[],
  inputs: number,
): number[] {
  return biasMode === 'tap' ? [...kernelSize, inputs, groups] : [inputs, groups];
}
