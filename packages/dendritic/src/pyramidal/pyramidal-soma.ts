import { ArgumentError } from '@arborize/core';
import type { serialization, Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { channelsOf, oneShape, type Shape } from '../stock-layers/input-shape.ts';
import { Soma, type SomaOptions } from './soma.ts';

type BaseLayerOptions = NonNullable<ConstructorParameters<typeof tfl.layers.Layer>[0]>;

/** Options of {@link PyramidalSoma}. */
export interface PyramidalSomaOptions extends SomaOptions, BaseLayerOptions {}

/**
 * The soma of pyramidal neurons as a layer: it sums basal and apical branches that alternate along the last axis. Put it
 * behind a linear layer of twice the width. One object applied to several tensors shares its α among them, as the authors
 * do for a whole network.
 *
 * Shapes: [B, …, 2·O] in, [B, …, O] out. Weights: none, or `alphaRaw` of shape [] or [O].
 *
 * @throws ArgumentError for bad options, and on building for a last axis that is unknown or odd.
 * @example
 * const soma = new PyramidalSoma({ alpha: 0.1, alphaTrainable: true });
 * const hidden = soma.apply(tf.layers.dense({ units: 200 }).apply(input)); // 100 neurons
 * const next = soma.apply(tf.layers.dense({ units: 100 }).apply(hidden)); // 50 neurons with the same α
 * @see Georgescu et al., "Non-linear Neurons with Human-like Apical Dendrite Activations", arXiv 2003.03229.
 */
export class PyramidalSoma extends tfl.layers.Layer {
  static className = 'PyramidalSoma';
  private readonly soma: Soma;

  constructor(options: PyramidalSomaOptions = {}) {
    super(options);
    this.soma = new Soma('PyramidalSoma', options);
  }

  override build(inputShape: Shape | Shape[]): void {
    const outputs = this.outputsOf(inputShape);
    this.soma.build(outputs, (name, shape, initializer) =>
      this.addWeight(name, shape, 'float32', initializer),
    );
    this.built = true;
  }

  override call(inputs: Tensor | Tensor[], kwargs: Record<string, unknown>): Tensor {
    return tf.tidy(() => {
      this.invokeCallHook(inputs, kwargs);
      return this.soma.sum(Array.isArray(inputs) ? inputs[0]! : inputs);
    });
  }

  /** The present α; the caller disposes of it. */
  alpha(): Tensor {
    return tf.tidy(() => this.soma.alpha());
  }

  override computeOutputShape(inputShape: Shape | Shape[]): Shape {
    return oneShape('PyramidalSoma', inputShape).with(-1, this.outputsOf(inputShape));
  }

  override getConfig(): serialization.ConfigDict {
    return { ...super.getConfig(), ...this.soma.getConfig() };
  }

  private outputsOf(inputShape: Shape | Shape[]): number {
    const shape = oneShape('PyramidalSoma', inputShape);
    const width = channelsOf('PyramidalSoma', shape, -1, 2, true);
    if (width % 2 === 0) return width / 2;
    throw new ArgumentError({
      where: 'PyramidalSoma',
      argument: 'the input',
      got: shape,
      expected: 'a shape whose last axis is even, basal and apical sums in turns',
    });
  }
}
