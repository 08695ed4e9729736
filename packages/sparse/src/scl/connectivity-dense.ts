import { StockDense, type StockDenseOptions } from '@arborize/core';
import type { serialization, Tensor } from '@tensorflow/tfjs-core';
import type { LayerVariable } from '@tensorflow/tfjs-layers';
import type { GradientRecorder } from '../layer/record-gradient.ts';
import {
  type ConnectivityLayer,
  type ConnectivityOptions,
  checkMaskInit,
  maskWeight,
  openKernel,
  stateWeight,
  withOpenKernel,
} from './connectivity-mask.ts';

type Shape = (number | null)[];

/** Options of {@link ConnectivityDense}: those of its mask, and what the stock dense layer accepts. */
export interface ConnectivityDenseOptions extends ConnectivityOptions, StockDenseOptions {}

/**
 * A dense layer that learns which of its connections exist, together with their weights.
 *
 *     y = activation(x·(w·H(m)) + b),   H(m) = 1 for m > 0, else 0
 *
 * Shapes: [B, …, inputs] in, [B, …, units] out. Weights: `kernel` w [inputs, units] and `bias` [units], which any optimiser
 * trains, and `connectivityMask` m [inputs, units], which {@link connectivityLearning} does; without it, all stay open. Then
 * {@link toSparse} stores and computes the open ones only.
 *
 * @throws ArgumentError for a `maskInit` that is not above 0.
 * @example
 * const model = tf.sequential({
 *   layers: [
 *     new ConnectivityDense({ units: 300, activation: 'relu', inputShape: [784] }),
 *     new ConnectivityDense({ units: 10, activation: 'softmax' }),
 *   ],
 * });
 * await model.fit(xs, ys, { epochs: 10, callbacks: [connectivityLearning({ lambda: 0.1 })] });
 * const sparse = await toSparse(model);
 * @see Tang et al., "Automatic Sparse Connectivity Learning for Neural Networks", arXiv 2201.05020.
 */
export class ConnectivityDense extends StockDense implements ConnectivityLayer {
  static className = 'ConnectivityDense';
  declare kernel: LayerVariable;
  connectivityMask!: LayerVariable;
  connectivityState!: LayerVariable;
  frozen: boolean;
  recorder: GradientRecorder | null = null;
  private readonly maskInit: number;

  constructor(options: ConnectivityDenseOptions) {
    const maskInit = checkMaskInit('ConnectivityDense', options);
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

  /** w·H(m), [inputs, units]; the caller disposes of it. */
  maskedKernel(): Tensor {
    return openKernel(this);
  }

  override getConfig(): serialization.ConfigDict {
    return { ...super.getConfig(), maskInit: this.maskInit, frozen: this.frozen };
  }
}
