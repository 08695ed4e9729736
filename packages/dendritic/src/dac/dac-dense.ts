import type { serialization, Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { channelsOf, oneShape, type Shape } from '../stock-layers/input-shape.ts';
import { Dense, type DenseOptions } from '../stock-layers/stock-layers.ts';
import { buildConnections, type Connections } from './build-connections.ts';
import { dacMatMul } from './dac-mat-mul.ts';
import { checkDacOptions, type DacLayerOptions, type DacSettings, dacConfig } from './dac-options.ts';

/** Options of {@link DACDense}: its connections, and what the stock dense layer accepts. */
export interface DACDenseOptions extends DacLayerOptions, Omit<DenseOptions, 'useBias'> {}

/**
 * A dense layer in which every connection has a bias and a ReLU of its own, before the sum.
 *
 *     z_no = Σ_i w_io · max(0, x_ni + b_io)
 *
 * Stack it without activations between: the layer before passes its raw sum on, and the first layer of a network is an
 * ordinary linear one, so that inputs around 0 keep their negative half. Regularise the kernel only: biases that decay pull
 * the layer back to an ordinary one.
 *
 * Shapes: [B, …, I] in, [B, …, units] out. Weights: `kernel` [I, units], `bias` [I, G], and `outputBias` [units] if asked
 * for. Defaults: `glorotUniform` kernels, zero biases.
 *
 * @throws ArgumentError for bad options, and on building for a shape of one axis or of unknown width.
 * @example
 * const layer = new DACDense({ units: 3, inputShape: [4] });
 * tf.sequential({ layers: [layer] }).countParams(); // 24: a kernel [4, 3] and biases [4, 3]
 * @see Metta et al., "Increasing biases can be more efficient than increasing weights", WACV 2024, arXiv 2301.00924.
 */
export class DACDense extends Dense {
  static className = 'DACDense';
  private readonly settings: DacSettings;
  private connections?: Connections;

  constructor(options: DACDenseOptions) {
    super({ ...options, kernelInitializer: options.kernelInitializer ?? 'glorotUniform' });
    this.settings = checkDacOptions('DACDense', this.units, options);
    this.inputSpec = null as never;
  }

  override build(inputShape: Shape | Shape[]): void {
    const inputs = channelsOf('DACDense', oneShape('DACDense', inputShape), -1, 2, true);
    const { units, settings } = this;
    const add = this.addWeight.bind(this);
    this.connections = buildConnections(this, add, settings, [inputs, units], [inputs, settings.groups]);
    this.inputSpec = [{ minNDim: 2, axes: { [-1]: inputs } }];
    this.built = true;
  }

  override call(inputs: Tensor | Tensor[], kwargs: Record<string, unknown>): Tensor {
    return tf.tidy(() => {
      this.invokeCallHook(inputs, kwargs);
      const { kernel, bias, outputBias } = this.connections!;
      const x = Array.isArray(inputs) ? inputs[0]! : inputs;
      const z = dacMatMul(x, kernel.read(), bias.read(), this.settings.connection);
      return this.activation.apply(outputBias ? tf.add(z, outputBias.read()) : z);
    });
  }

  override getConfig(): serialization.ConfigDict {
    return dacConfig(super.getConfig(), this.settings);
  }
}
