import { counterWord, StockDense } from '@arborize/core';
import type { serialization, Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { checkDropRate } from './check-drop-connect.ts';
import { checkDropConnectDense, type DropConnectDenseOptions } from './drop-connect-dense-options.ts';
import { dropConnectGaussian } from './drop-connect-gaussian.ts';
import { dropConnectMatMul } from './drop-connect-mat-mul.ts';
import { keptShare, momentParts, varianceOf } from './drop-connect-moments.ts';
import { gaussianActivationMean } from './gaussian-activation.ts';
import { OF_ROWS } from './named-activation.ts';

/** The parts of the stock dense layer that are used here. */
interface DenseParts {
  readonly kernel: tfl.LayerVariable;
  readonly bias: tfl.LayerVariable | null;
  readonly activation: { apply(u: Tensor): Tensor; getClassName(): string };
}

/** Purposes of the random words that a layer draws. */
const MASKS = 0;
const SAMPLES = 1;
const MONTE_CARLO = 2;

/**
 * A dense layer trained with DropConnect: at each step every example sees its own random part of the weights.
 *
 *     training:  y = activation(u), u of {@link dropConnectMatMul} or, with trainingMode 'gaussian', {@link dropConnectGaussian}
 *     inference: y = E[activation(u)] for u normal with the mean and variance of u over all masks
 *
 * Shapes: [B, …, inputs] in, [B, …, units] out; each of the B·… rows counts as an example. Weights are those of a dense layer:
 * `kernel` [inputs, units] and `bias` [units]; masks are never stored. Saved models hold seed and rate, not how far the noise
 * has come, which checkpoints of `@arborize/core` do. EfficientNet's "drop connect", which drops whole branches, is something else.
 *
 * @throws ArgumentError for options out of range.
 * @example
 * const model = tf.sequential({
 *   layers: [
 *     new DropConnectDense({ units: 128, activation: 'relu', seed: 1, inputShape: [784] }),
 *     tf.layers.dense({ units: 10, activation: 'softmax' }),
 *   ],
 * });
 * model.countParams(); // 101770
 * @see Wan, Zeiler, Zhang, LeCun and Fergus, "Regularization of Neural Networks using DropConnect", ICML 2013.
 */
export class DropConnectDense extends StockDense {
  static className = 'DropConnectDense';
  /**
   * How many steps have drawn noise. That of the next depends on the seed and on this number alone; checkpoints keep it, and
   * setting it goes on where another training was.
   */
  noiseStep = 0;
  private monteCarloStep = 0;
  private currentRate: number;
  private readonly options: ReturnType<typeof checkDropConnectDense>;
  private readonly drawn: number;

  constructor(options: DropConnectDenseOptions) {
    const checked = checkDropConnectDense(options);
    const seed = checked.seed ?? undefined;
    const initializer =
      options.activation === 'relu' ? tfl.initializers.heNormal : tfl.initializers.glorotNormal;
    super({ ...options, kernelInitializer: options.kernelInitializer ?? initializer({ seed }) });
    this.options = checked;
    this.currentRate = checked.rate;
    this.drawn = seed ?? Math.floor(2 ** 31 * Math.random());
  }

  /** Probability in [0, 1) that a weight is dropped; may be changed between steps, see {@link dropRateSchedule}. */
  get rate(): number {
    return this.currentRate;
  }

  set rate(rate: number) {
    checkDropRate('DropConnectDense', rate, 'rate');
    this.currentRate = rate;
  }

  override call(inputs: Tensor | Tensor[], kwargs: Record<string, unknown>): Tensor {
    const training = Boolean(kwargs.training);
    const noisy = this.rate > 0 && (training || this.options.mcDropConnect);
    if (!noisy && this.infersAsDense) return super.call(inputs, kwargs) as Tensor;
    return tf.tidy(() => {
      this.invokeCallHook(inputs, kwargs);
      const x = Array.isArray(inputs) ? inputs[0]! : inputs;
      const flat = x.rank === 2 ? x : tf.reshape(x, [-1, x.shape.at(-1)!]);
      const y = noisy ? this.activate(this.masked(flat, training)) : this.expected(flat);
      return x.rank === 2 ? y : tf.reshape(y, [...x.shape.slice(0, -1), y.shape[1]!]);
    });
  }

  /**
   * A plain dense layer that gives the mean inference of this one, for use elsewhere.
   *
   * @throws Error before this layer is built.
   */
  toDense(): tfl.layers.Layer {
    const { kernel } = this.stock;
    if (!kernel) throw new Error('DropConnectDense: toDense needs the weights: build the layer first.');
    const [inputs, units] = kernel.shape as [number, number];
    const dense = tfl.layers.dense({
      units,
      activation: this.activationName as 'linear',
      useBias: this.stock.bias !== null,
      inputShape: [inputs],
    });
    dense.build([null, inputs]);
    const { scaling, maskBias } = this.options;
    const factor = scaling === 'paper' ? keptShare('DropConnectDense', this.rate) : 1;
    tf.tidy(() => {
      const [weights, offset] = this.getWeights() as [Tensor, Tensor?];
      const ofBias = offset && [maskBias ? tf.mul(offset, factor) : offset];
      dense.setWeights([tf.mul(weights, factor), ...(ofBias ?? [])]);
    });
    return dense;
  }

  private get stock(): DenseParts {
    return this as unknown as DenseParts;
  }

  private get activationName(): string {
    return this.stock.activation.getClassName();
  }

  /** Whether inference is that of the stock layer. */
  private get infersAsDense(): boolean {
    const { scaling } = this.options;
    return this.rate === 0 || (scaling === 'inverted' && this.infersByMean);
  }

  private get infersByMean(): boolean {
    const { inference } = this.options;
    if (inference === 'gaussian') return ['linear', ...OF_ROWS].includes(this.activationName);
    return inference === 'mean';
  }

  private activate(u: Tensor): Tensor {
    return this.stock.activation.apply(u);
  }

  private masked(x: Tensor, training: boolean): Tensor {
    const { trainingMode, maskScope } = this.options;
    const seed = training
      ? counterWord(this.drawn, this.noiseStep++, MASKS)
      : counterWord(this.drawn, this.monteCarloStep++, MONTE_CARLO);
    const kernel = this.stock.kernel.read();
    return trainingMode === 'gaussian'
      ? dropConnectGaussian(x, kernel, { ...this.product, seed })
      : dropConnectMatMul(x, kernel, { ...this.product, seed, maskScope });
  }

  private expected(x: Tensor): Tensor {
    const { inference, samples } = this.options;
    const parts = momentParts('DropConnectDense', x, this.stock.kernel.read(), this.product);
    if (this.infersByMean) return this.activate(parts.mean);
    return gaussianActivationMean(parts.mean, varianceOf(parts), this.activationOfMean, {
      method: inference === 'sample' ? 'sample' : 'closed',
      samples,
      seed: counterWord(this.drawn, 0, SAMPLES),
    });
  }

  /** By name where there may be a closed form. */
  private get activationOfMean(): string | ((u: Tensor) => Tensor) {
    const name = this.activationName;
    return ['relu', 'sigmoid', 'tanh'].includes(name) ? name : (u) => this.activate(u);
  }

  private get product() {
    const { scaling, maskBias } = this.options;
    return { rate: this.rate, scaling, maskBias, bias: this.stock.bias?.read() ?? null };
  }

  override getConfig(): serialization.ConfigDict {
    return { ...super.getConfig(), ...this.options, rate: this.rate };
  }
}
