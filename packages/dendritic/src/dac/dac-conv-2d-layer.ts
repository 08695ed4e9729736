import type { serialization, Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { channelsOf, oneShape, type Shape } from '../stock-layers/input-shape.ts';
import { Conv2D, type ConvOptions } from '../stock-layers/stock-layers.ts';
import { buildConnections, type Connections } from './build-connections.ts';
import { dacConv2d } from './dac-conv-2d.ts';
import {
  biasShape,
  checkDacConvOptions,
  type DacConvLayerOptions,
  type DacConvSettings,
} from './dac-conv-options.ts';
import { dacConfig } from './dac-options.ts';

/** Options of {@link DACConv2D}: its connections, and what the stock convolution accepts. */
export interface DACConv2DOptions extends DacConvLayerOptions, Omit<ConvOptions, 'useBias'> {}

/**
 * A convolution in which every connection has a bias and a ReLU of its own, before the sum.
 *
 *     z[n, p, q, o] = Σ_{u,v,i} K[u, v, i, o] · max(0, x[n, p·s + u·d − pad, q·s + v·d − pad, i] + b[i, o])
 *
 * A bias for each pair of channels by default, which adds 1/(height·width) to the weights, or one for each weight. Taps
 * beyond the image contribute 0. Batch normalisation goes between this layer and the one before; its shift says no more
 * than the biases.
 *
 * Shapes: [B, H, W, I] in, [B, H′, W′, filters] out, or channels first by `dataFormat`. Weights: `kernel` [height, width,
 * I, filters], `bias` [I, G] or [height, width, I, G], and `outputBias` [filters] if asked for. Defaults: `heNormal`
 * kernels, zero biases.
 *
 * @throws ArgumentError for bad options, and on building for another rank or unknown channels.
 * @example
 * const layer = new DACConv2D({ filters: 16, kernelSize: 3, inputShape: [28, 28, 8] });
 * tf.sequential({ layers: [layer] }).countParams(); // 1280: a kernel [3, 3, 8, 16] and biases [8, 16]
 * @see Metta et al., "Increasing biases can be more efficient than increasing weights", WACV 2024, arXiv 2301.00924.
 */
export class DACConv2D extends Conv2D {
  static className = 'DACConv2D';
  private readonly settings: DacConvSettings;
  private connections?: Connections;

  constructor(options: DACConv2DOptions) {
    super({ ...options, kernelInitializer: options.kernelInitializer ?? 'heNormal' });
    this.settings = checkDacConvOptions('DACConv2D', this.filters, this.padding, options);
    this.inputSpec = null as never;
  }

  override build(inputShape: Shape | Shape[]): void {
    const axis = this.dataFormat === 'channelsFirst' ? 1 : 3;
    const inputs = channelsOf('DACConv2D', oneShape('DACConv2D', inputShape), axis, 4);
    const { filters, settings, kernelSize } = this;
    const biases = biasShape(settings, kernelSize, inputs);
    const add = this.addWeight.bind(this);
    this.connections = buildConnections(this, add, settings, [...kernelSize, inputs, filters], biases);
    this.inputSpec = [{ ndim: 4, axes: { [axis]: inputs } }];
    this.built = true;
  }

  override call(inputs: Tensor | Tensor[], kwargs: Record<string, unknown>): Tensor {
    return tf.tidy(() => {
      this.invokeCallHook(inputs, kwargs);
      const { kernel, bias, outputBias } = this.connections!;
      const { strides, padding, settings, dataFormat } = this;
      const input = Array.isArray(inputs) ? inputs[0]! : inputs;
      const x = dataFormat === 'channelsFirst' ? tf.transpose(input, [0, 2, 3, 1]) : input;
      const sums = dacConv2d(x, kernel.read(), bias.read(), strides as [number, number], padding as 'same', {
        ...settings.connection,
        biasMode: settings.biasMode,
        dilations: this.dilationRate as [number, number],
      });
      const z = this.activation.apply(outputBias ? tf.add(sums, outputBias.read()) : sums);
      return dataFormat === 'channelsFirst' ? tf.transpose(z, [0, 3, 1, 2]) : z;
    });
  }

  override getConfig(): serialization.ConfigDict {
    return dacConfig(super.getConfig(), this.settings);
  }
}
