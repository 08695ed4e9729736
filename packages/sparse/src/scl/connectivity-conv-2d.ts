import { StockConv2D, type StockConvOptions } from '@arborize/core';
import type { serialization, Tensor } from '@tensorflow/tfjs-core';
import type { LayerVariable } from '@tensorflow/tfjs-layers';
import type { GradientRecorder } from '../layer/record-gradient.ts';
import {
  type ConnectivityLayer,
  type ConnectivityOptions,
  checkMaskInit,
  maskWeight,
  stateWeight,
  withOpenKernel,
} from './connectivity-mask.ts';

type Shape = (number | null)[];

/** Options of {@link ConnectivityConv2D}: those of its mask, and what the stock convolution accepts. */
export interface ConnectivityConv2DOptions extends ConnectivityOptions, StockConvOptions {}

/**
 * A convolution that learns which weights of its filters exist: see {@link ConnectivityDense}.
 *
 *     y = activation(conv2d(x, w·H(m)) + b)
 *
 * Shapes: [B, H, W, I] in, [B, H′, W′, filters] out. Weights: `kernel` [kh, kw, I, filters], `bias` [filters], and
 * `connectivityMask` in the kernel's shape. There is no sparse convolution: {@link foldConnectivity} gives the stock one.
 *
 * @throws ArgumentError for a `maskInit` that is not above 0.
 * @example
 * const layer = new ConnectivityConv2D({ filters: 8, kernelSize: 3, inputShape: [28, 28, 1] });
 * tf.sequential({ layers: [layer] }).outputs[0].shape; // [null, 26, 26, 8]
 * @see Tang et al., "Automatic Sparse Connectivity Learning for Neural Networks", arXiv 2201.05020.
 */
export class ConnectivityConv2D extends StockConv2D implements ConnectivityLayer {
  static className = 'ConnectivityConv2D';
  declare kernel: LayerVariable;
  connectivityMask!: LayerVariable;
  connectivityState!: LayerVariable;
  frozen: boolean;
  recorder: GradientRecorder | null = null;
  private readonly maskInit: number;

  constructor(options: ConnectivityConv2DOptions) {
    const maskInit = checkMaskInit('ConnectivityConv2D', options);
    super(options);
    this.maskInit = maskInit;
    this.frozen = options.frozen ?? false;
  }

  override build(inputShape: Shape | Shape[]): void {
    super.build(inputShape);
    this.connectivityMask = this.addWeight(...maskWeight(this, this.maskInit));
    this.connectivityState = this.addWeight(...stateWeight());
  }

  override call(inputs: Tensor | Tensor[], kwargs: Record<string, unknown>): Tensor {
    return withOpenKernel(this, Boolean(kwargs.training), () => super.call(inputs, kwargs) as Tensor);
  }

  override getConfig(): serialization.ConfigDict {
    return { ...super.getConfig(), maskInit: this.maskInit, frozen: this.frozen };
  }
}
