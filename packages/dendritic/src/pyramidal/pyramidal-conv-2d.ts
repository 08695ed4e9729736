import type { serialization, Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { channelsOf, checkPadding, type Shape } from '../stock-layers/input-shape.ts';
import { Conv2D, type ConvOptions } from '../stock-layers/stock-layers.ts';
import { buildBranches } from './build-branches.ts';
import { branchInitializers } from './interleaved.ts';
import { halved, inputShapes, type PyramidalLayerOptions, pyramidalConfig } from './pyramidal-options.ts';
import { Soma } from './soma.ts';

/** Options of {@link PyramidalConv2D}: its soma, and what the stock convolution accepts except `activation`. */
export interface PyramidalConv2DOptions extends PyramidalLayerOptions, Omit<ConvOptions, 'activation'> {}

/**
 * A convolution of pyramidal neurons: a basal branch with a ReLU and an apical one with ADA, each with a kernel of its own,
 * summed at the soma.
 *
 *     y = relu(conv(x, W) + b) + leakyAda(conv(x, V) + d)
 *
 * One convolution with interleaved filters makes both sums.
 *
 * Shapes: [B, H, W, I] in, [B, H′, W′, filters] out, or channels first by `dataFormat`; or two inputs [basal, apical] whose
 * channels may differ. Weights: `kernel` [height, width, I, 2·filters] and `bias` [2·filters], basal and apical filters in
 * turns, and `alphaRaw` if α is trained; with two inputs `kernel` and `apicalKernel`. Defaults: `glorotUniform` kernels,
 * zero biases.
 *
 * @throws ArgumentError for bad options, and on building for another rank or unknown channels.
 * @example
 * const layer = new PyramidalConv2D({ filters: 6, kernelSize: 5, inputShape: [28, 28, 1] });
 * tf.sequential({ layers: [layer] }).countParams(); // 312: a kernel [5, 5, 1, 12] and 12 biases
 * @see Georgescu et al., "Non-linear Neurons with Human-like Apical Dendrite Activations", arXiv 2003.03229.
 */
export class PyramidalConv2D extends Conv2D {
  static className = 'PyramidalConv2D';
  private readonly soma: Soma;
  private readonly initializers: ReturnType<typeof branchInitializers>;
  private sums?: (inputs: Tensor[]) => Tensor;

  constructor(options: PyramidalConv2DOptions) {
    const filters = halved('PyramidalConv2D', 'filters', options.filters, options);
    super({ ...options, filters });
    checkPadding('PyramidalConv2D', this.padding);
    this.soma = new Soma('PyramidalConv2D', options);
    this.initializers = branchInitializers(
      options.kernelInitializer ?? 'glorotUniform',
      options.apicalKernelInitializer,
    );
    this.inputSpec = null as never;
  }

  override build(inputShape: Shape | Shape[]): void {
    const axis = this.dataFormat === 'channelsFirst' ? 1 : 3;
    const shapes = inputShapes('PyramidalConv2D', inputShape, axis);
    const inputs = shapes.map((shape) => channelsOf('PyramidalConv2D', shape, axis, 4));
    const { soma, initializers, kernelSize, filters: outputs } = this;
    const branches = { soma, initializers, kernelSize, inputs, outputs };
    this.sums = buildBranches(this, this.addWeight.bind(this), branches, (x, filter, some) =>
      tf.fused.conv2d({
        x: x as tf.Tensor4D,
        filter: filter as tf.Tensor4D,
        strides: this.strides as [number, number],
        pad: this.padding as 'same',
        dilations: this.dilationRate as [number, number],
        ...(some && { bias: some }),
      }),
    );
    this.inputSpec = inputs.map((width) => ({ ndim: 4, axes: { [axis]: width } }));
    this.built = true;
  }

  override call(inputs: Tensor | Tensor[], kwargs: Record<string, unknown>): Tensor {
    return tf.tidy(() => {
      this.invokeCallHook(inputs, kwargs);
      const images = [inputs].flat();
      if (this.dataFormat !== 'channelsFirst') return this.soma.sum(this.sums!(images));
      const sums = this.sums!(images.map((x) => tf.transpose(x, [0, 2, 3, 1])));
      return tf.transpose(this.soma.sum(sums), [0, 3, 1, 2]);
    });
  }

  /** The present α; the caller disposes of it. */
  alpha(): Tensor {
    return tf.tidy(() => this.soma.alpha());
  }

  override computeOutputShape(inputShape: Shape | Shape[]): Shape {
    const axis = this.dataFormat === 'channelsFirst' ? 1 : 3;
    return super.computeOutputShape(inputShapes('PyramidalConv2D', inputShape, axis)[0]!) as Shape;
  }

  override getConfig(): serialization.ConfigDict {
    return pyramidalConfig(super.getConfig(), this.soma, this.initializers.config);
  }
}
