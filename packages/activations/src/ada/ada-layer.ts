import { ArgumentError } from '@arborize/core';
import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import type { LayerVariable } from '@tensorflow/tfjs-layers';
import { checkNumber } from '../elementwise/check-number.ts';
import { type BaseLayerOptions, constant, ElementwiseLayer } from '../elementwise/elementwise-layer.ts';
import { leakyAda } from './ada.ts';
import { type AlphaConstraint, constrainedAlpha, rawAlpha } from './alpha.ts';

/** Options of the layer {@link ADA}. */
export interface AdaLayerOptions extends BaseLayerOptions {
  /** Decay rate α > 0, or its first value when it is trained. Default 0.5. */
  readonly alpha?: number;
  /** Height c, any finite number. Default 0. */
  readonly c?: number;
  /** Slope ℓ of the negative side, 0 ≤ ℓ < 1. Default 0, plain ADA. */
  readonly leak?: number;
  /** Whether α is a weight. Default `false`. */
  readonly alphaTrainable?: boolean;
  /** One trained α for the layer, or one for each entry of the last axis. Default `'scalar'`. */
  readonly alphaShape?: 'scalar' | 'perChannel';
  /**
   * `'softplus'` trains ρ with α = ln(1 + e^ρ); `'clip'` uses max(α, 0.001) and lets the gradient through; `'none'` is
   * what the authors did, and lets α become negative, where the unit explodes. Default `'softplus'`.
   */
  readonly alphaConstraint?: AlphaConstraint;
}

/**
 * The activations {@link ada} and {@link leakyAda} as a layer, with α fixed or trained.
 *
 * Shapes: any in, the same out. Weights: none, or `alphaRaw` of shape [] or [C]. To share one α among the layers of a
 * network, as the authors do, apply one `ADA` object to several tensors.
 *
 * @throws ArgumentError if α is not positive, ℓ outside [0, 1), or an option has an unknown value.
 * @example
 * registerActivations();
 * const layer = new ADA({ alpha: 1, c: 1 });
 * layer.apply(tf.tensor2d([[-4, 1, 1, 6]])).print(); // [[0, 1, 1, 0.0404277]]
 * @see Georgescu et al., "Non-linear Neurons with Human-like Apical Dendrite Activations", arXiv 2003.03229, section 3.
 */
export class ADA extends ElementwiseLayer {
  static className = 'ADA';
  private readonly options: Required<Omit<AdaLayerOptions, keyof BaseLayerOptions>>;
  private alphaRaw?: LayerVariable;

  constructor(options: AdaLayerOptions = {}) {
    super(options);
    const { alpha = 0.5, c = 0, leak = 0, alphaTrainable = false } = options;
    const { alphaShape = 'scalar', alphaConstraint = 'softplus' } = options;
    checkNumber('ADA', 'alpha', alpha, 'a positive number', (value) => value > 0);
    checkNumber('ADA', 'c', c);
    checkNumber('ADA', 'leak', leak, 'a number in [0, 1)', (value) => value >= 0 && value < 1);
    checkChoice('alphaShape', alphaShape, ['scalar', 'perChannel']);
    checkChoice('alphaConstraint', alphaConstraint, ['softplus', 'clip', 'none']);
    this.options = { alpha, c, leak, alphaTrainable, alphaShape, alphaConstraint };
  }

  override build(inputShape: (number | null)[]): void {
    const { alpha, alphaTrainable, alphaShape, alphaConstraint } = this.options;
    if (alphaTrainable) {
      const shape = alphaShape === 'perChannel' ? [inputShape.at(-1)!] : [];
      this.alphaRaw = this.addWeight(
        'alphaRaw',
        shape,
        'float32',
        constant(rawAlpha(alpha, alphaConstraint)),
      );
    }
    super.build(inputShape);
  }

  /** The present α; the caller disposes of it. */
  alpha(): Tensor {
    return tf.tidy(() =>
      this.alphaRaw ? this.constrained(this.alphaRaw.read()) : tf.scalar(this.options.alpha),
    );
  }

  protected override activate(x: Tensor): Tensor {
    const { alpha, c, leak } = this.options;
    return leakyAda(x, { alpha: this.alphaRaw ? this.constrained(this.alphaRaw.read()) : alpha, c, leak });
  }

  private constrained(raw: Tensor): Tensor {
    return constrainedAlpha(raw, this.options.alphaConstraint);
  }

  override getConfig(): tf.serialization.ConfigDict {
    return { ...super.getConfig(), ...this.options };
  }
}

function checkChoice(argument: string, got: string, choices: readonly string[]): void {
  if (choices.includes(got)) return;
  const expected = choices.map((choice) => `'${choice}'`).join(' or ');
  throw new ArgumentError({ where: 'ADA', argument, got, expected });
}
