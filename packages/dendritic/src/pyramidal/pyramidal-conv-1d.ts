import type { serialization, Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { channelsOf, checkPadding, type Shape } from '../stock-layers/input-shape.ts';
import { Conv1D, type ConvOptions } from '../stock-layers/stock-layers.ts';
import { buildBranches } from './build-branches.ts';
import { branchInitializers } from './interleaved.ts';
import { halved, inputShapes, type PyramidalLayerOptions, pyramidalConfig } from './pyramidal-options.ts';
import { Soma } from './soma.ts';

/** Options of {@link PyramidalConv1D}: its soma, and what the stock convolution accepts except `activation`. */
export interface PyramidalConv1DOptions extends PyramidalLayerOptions, Omit<ConvOptions, 'activation'> {}

/**
 * A convolution over steps of pyramidal neurons: a basal branch with a ReLU and an apical one with ADA, each with a kernel
 * of its own, summed at the soma.
 *
 *     y = relu(conv(x, W) + b) + leakyAda(conv(x, V) + d)
 *
 * Shapes: [B, T, I] in, [B, T′, filters] out; or two inputs [basal, apical] whose channels may differ. Weights: `kernel`
 * [width, I, 2·filters] and `bias` [2·filters], basal and apical filters in turns, and `alphaRaw` if α is trained; with two
 * inputs `kernel` and `apicalKernel`. Defaults: `glorotUniform` kernels, zero biases.
 *
 * @throws ArgumentError for bad options, and on building for another rank or unknown channels.
 * @example
 * const layer = new PyramidalConv1D({ filters: 4, kernelSize: 7, inputShape: [100, 8] });
 * tf.sequential({ layers: [layer] }).countParams(); // 456: a kernel [7, 8, 8] and 8 biases
 * @see Georgescu et al., "Non-linear Neurons with Human-like Apical Dendrite Activations", arXiv 2003.03229.
 */
export class PyramidalConv1D extends Conv1D {
  static className = 'PyramidalConv1D';
  private readonly soma: Soma;
  private readonly initializers: ReturnType<typeof branchInitializers>;
  private sums?: (inputs: Tensor[]) => Tensor;

  constructor(options: PyramidalConv1DOptions) {
    const filters = halved('PyramidalConv1D', 'filters', options.filters, options);
    super({ ...options, filters });
    checkPadding('PyramidalConv1D', this.padding);
    this.soma = new Soma('PyramidalConv1D', options);
    this.initializers = branchInitializers(
      options.kernelInitializer ?? 'glorotUniform',
      options.apicalKernelInitializer,
    );
    this.inputSpec = null as never;
  }

  override build(inputShape: Shape | Shape[]): void {
    const shapes = inputShapes('PyramidalConv1D', inputShape);
    const inputs = shapes.map((shape) => channelsOf('PyramidalConv1D', shape, 2, 3));
    const { soma, initializers, kernelSize, filters: outputs } = this;
    const branches = { soma, initializers, kernelSize, inputs, outputs };
    this.sums = buildBranches(this, this.addWeight.bind(this), branches, (x, filter, some) => {
      const sums = tf.fused.conv2d({
        x: tf.expandDims(x, 1) as tf.Tensor4D,
        filter: tf.expandDims(filter, 0) as tf.Tensor4D,
        strides: [1, this.strides[0]!],
        pad: this.padding as 'same',
        dilations: [1, [this.dilationRate].flat()[0]!],
        ...(some && { bias: some }),
      });
      return tf.squeeze(sums, [1]);
    });
    this.inputSpec = inputs.map((width) => ({ ndim: 3, axes: { 2: width } }));
    this.built = true;
  }

  override call(inputs: Tensor | Tensor[], kwargs: Record<string, unknown>): Tensor {
    return tf.tidy(() => {
      this.invokeCallHook(inputs, kwargs);
      return this.soma.sum(this.sums!([inputs].flat()));
    });
  }

  /** The present α; the caller disposes of it. */
  alpha(): Tensor {
    return tf.tidy(() => this.soma.alpha());
  }

  override computeOutputShape(inputShape: Shape | Shape[]): Shape {
    return super.computeOutputShape(inputShapes('PyramidalConv1D', inputShape)[0]!) as Shape;
  }

  override getConfig(): serialization.ConfigDict {
    return pyramidalConfig(super.getConfig(), this.soma, this.initializers.config);
  }
}
