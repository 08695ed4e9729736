import { type AlphaConstraint, constrainedAlpha, rawAlpha } from '@arborize/activations';
import { ArgumentError, type Initializer } from '@arborize/core';
import type { serialization, Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { initializers, type LayerVariable } from '@tensorflow/tfjs-layers';
import { type DenseOptions, partsOf } from '../stock-layers/stock-layers.ts';
import { type PyramidalOptions, pyramidal } from './pyramidal.ts';

/** How the soma of pyramidal neurons sums its branches. */
export interface SomaOptions {
  /** Decay rate α > 0 of the apical branch, or its first value when it is trained. Default 0.5. */
  readonly alpha?: number;
  /** Height c, any finite number. Default 0. */
  readonly c?: number;
  /** Slope ℓ of the apical branch below 0, 0 ≤ ℓ < 1. Default 0.01. */
  readonly leak?: number;
  /** Whether α is a weight. Default `false`. */
  readonly alphaTrainable?: boolean;
  /** One trained α for the layer, or one for each output. Default `'scalar'`. */
  readonly alphaShape?: 'scalar' | 'perChannel';
  /**
   * `'softplus'` trains ρ with α = ln(1 + e^ρ); `'clip'` uses max(α, 0.001) and lets the gradient through; `'none'` is
   * what the authors did, and lets α become negative, where the unit explodes. Default `'softplus'`.
   */
  readonly alphaConstraint?: AlphaConstraint;
  /** The basal branch's activation, any name that layers take. Default `'relu'`, which alone is fused. */
  readonly basalActivation?: string;
}

/** The part of a pyramidal layer that sums its branches, with its α. */
export class Soma {
  readonly config: Required<SomaOptions>;
  private readonly basal: PyramidalOptions['basalActivation'] | undefined;
  private alphaRaw?: LayerVariable;

  constructor(where: string, options: SomaOptions) {
    const { alpha = 0.5, c = 0, leak = 0.01, alphaTrainable = false } = options;
    const { alphaShape = 'scalar', alphaConstraint = 'softplus', basalActivation = 'relu' } = options;
    const check = (option: string, got: unknown, expected: string, holds: boolean) => {
      if (!holds) throw new ArgumentError({ where, argument: `options.${option}`, got, expected });
    };
    check('alpha', alpha, 'a positive number', alpha > 0 && alpha < Number.POSITIVE_INFINITY);
    check('c', c, 'a finite number', Number.isFinite(c));
    check('leak', leak, 'a number in [0, 1)', leak >= 0 && leak < 1);
    check(
      'alphaShape',
      alphaShape,
      "'scalar' or 'perChannel'",
      ['scalar', 'perChannel'].includes(alphaShape),
    );
    const constraints = ['softplus', 'clip', 'none'];
    const expected = "'softplus' or 'clip' or 'none'";
    check('alphaConstraint', alphaConstraint, expected, constraints.includes(alphaConstraint));
    this.config = { alpha, c, leak, alphaTrainable, alphaShape, alphaConstraint, basalActivation };
    if (basalActivation !== 'relu') this.basal = basalOf(where, basalActivation);
  }

  /** Makes α a weight of the layer, if it is trained. */
  build(
    outputs: number,
    addWeight: (name: string, shape: number[], initializer: Initializer) => LayerVariable,
  ): void {
    const { alpha, alphaTrainable, alphaShape, alphaConstraint } = this.config;
    if (!alphaTrainable) return;
    const first = initializers.constant({ value: rawAlpha(alpha, alphaConstraint) });
    this.alphaRaw = addWeight('alphaRaw', alphaShape === 'scalar' ? [] : [outputs], first as Initializer);
  }

  /** The outputs [..., O] for basal and apical sums in turns, [..., 2·O]; runs inside a tidy. */
  sum(sums: Tensor): Tensor {
    const { c, leak } = this.config;
    const { basal } = this;
    return pyramidal(sums, { alpha: this.alpha(), c, leak, ...(basal && { basalActivation: basal }) });
  }

  /** The present α. */
  alpha(): Tensor {
    return this.alphaRaw
      ? constrainedAlpha(this.alphaRaw.read(), this.config.alphaConstraint)
      : tf.scalar(this.config.alpha);
  }

  getConfig(): serialization.ConfigDict {
    return { ...this.config };
  }
}

function basalOf(where: string, name: string): (u: Tensor) => Tensor {
  try {
    const { activation } = partsOf({ activation: name as DenseOptions['activation'] }).parts;
    return (u) => activation.apply(u);
  } catch {
    throw new ArgumentError({
      where,
      argument: 'options.basalActivation',
      got: name,
      expected: 'the name of an activation',
      remedy: 'Call registerActivations() first for those of @arborize/activations.',
    });
  }
}
