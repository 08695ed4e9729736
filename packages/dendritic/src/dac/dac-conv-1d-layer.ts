import type { serialization, Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { channelsOf, oneShape, type Shape } from '../stock-layers/input-shape.ts';
import { Conv1D, type ConvOptions } from '../stock-layers/stock-layers.ts';
import { buildConnections, type Connections } from './build-connections.ts';
import { dacConv1d } from './dac-conv-1d.ts';
import {
  biasShape,
  checkDacConvOptions,
  type DacConvLayerOptions,
  type DacConvSettings,
} from './dac-conv-options.ts';
import { dacConfig } from './dac-options.ts';

/** Options of {@link DACConv1D}: its connections, and what the stock convolution accepts. */
export interface DACConv1DOptions extends DacConvLayerOptions, Omit<ConvOptions, 'useBias'> {}

/**
 * A convolution over steps in which every connection has a bias and a ReLU of its own, before the sum.
 *
 *     z[n, t, o] = Σ_{u,i} K[u, i, o] · max(0, x[n, t·s + u·d − pad, i] + b[i, o])
 *
 * Shapes: [B, T, I] in, [B, T′, filters] out. Weights: `kernel` [width, I, filters], `bias` [I, G] or [width, I, G], and
 * `outputBias` [filters] if asked for. Everything else as for {@link DACConv2D}.
 *
 * @throws ArgumentError for bad options, and on building for another rank or unknown channels.
 * @example
 * const layer = new DACConv1D({ filters: 4, kernelSize: 3, biasMode: 'tap', inputShape: [20, 2] });
 * tf.sequential({ layers: [layer] }).countParams(); // 48: a kernel [3, 2, 4] and biases [3, 2, 4]
 * @see Metta et al., "Increasing biases can be more efficient than increasing weights", WACV 2024, arXiv 2301.00924.
 */
export class DACConv1D extends Conv1D {
  static className = 'DACConv1D';
  private readonly settings: DacConvSettings;
  private connections?: Connections;

  constructor(options: DACConv1DOptions) {
    super({ ...options, kernelInitializer: options.kernelInitializer ?? 'heNormal' });
    this.settings = checkDacConvOptions('DACConv1D', this.filters, this.padding, options);
    this.inputSpec = null as never;
  }

  override build(inputShape: Shape | Shape[]): void {
    const inputs = channelsOf('DACConv1D', oneShape('DACConv1D', inputShape), 2, 3);
    const { filters, settings, kernelSize } = this;
    const biases = biasShape(settings, kernelSize, inputs);
    const add = this.addWeight.bind(this);
    this.connections = buildConnections(this, add, settings, [...kernelSize, inputs, filters], biases);
    this.inputSpec = [{ ndim: 3, axes: { 2: inputs } }];
    this.built = true;
  }

  override call(inputs: Tensor | Tensor[], kwargs: Record<string, unknown>): Tensor {
    return tf.tidy(() => {
      this.invokeCallHook(inputs, kwargs);
      const { kernel, bias, outputBias } = this.connections!;
      const x = Array.isArray(inputs) ? inputs[0]! : inputs;
      const { settings } = this;
      const sums = dacConv1d(x, kernel.read(), bias.read(), this.strides[0]!, this.padding as 'same', {
        ...settings.connection,
        biasMode: settings.biasMode,
        dilation: [this.dilationRate].flat()[0]!,
      });
      return this.activation.apply(outputBias ? tf.add(sums, outputBias.read()) : sums);
    });
  }

  override getConfig(): serialization.ConfigDict {
    return dacConfig(super.getConfig(), this.settings);
  }
}
