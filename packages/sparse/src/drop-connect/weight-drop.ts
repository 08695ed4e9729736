import { ArgumentError, counterWord } from '@arborize/core';
import type { serialization, Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { keepProbability } from './bernoulli-words.ts';
import { checkDropRate } from './check-drop-connect.ts';
import { recurrentCells, type Weighted } from './recurrent-cells.ts';
import { maskOf } from './reference.ts';

type LayerOptions = NonNullable<ConstructorParameters<typeof tfl.layers.Layer>[0]>;
type Shape = (number | null)[];

/** Options of {@link WeightDrop}. */
export interface WeightDropOptions extends LayerOptions {
  /** An LSTM, GRU or simple recurrent layer, stacked cells or a bidirectional one. */
  readonly layer: tfl.layers.Layer;
  /** Probability in [0, 1) that a weight between input and unit is dropped; rounded to 1/65536. Default 0. */
  readonly rate?: number;
  /** The same for weights between units, from one step in time to the next. Default 0.5. */
  readonly recurrentRate?: number;
  /** Integer that the masks are drawn from; `null` (default) for others each time. */
  readonly seed?: number | null;
}

// tfjs-layers does not export the class of its wrappers. A name of its own keeps the count of default names untouched.
const Wrapper = /* @__PURE__ */ (() => {
  const layer = tfl.layers.flatten({ name: 'base' });
  return Object.getPrototypeOf(tfl.layers.timeDistributed({ layer, name: 'base' }).constructor);
})() as Omit<typeof tfl.layers.Layer, 'new'> &
  (new (
    options: LayerOptions & { layer: tfl.layers.Layer },
  ) => tfl.layers.Layer & { readonly layer: tfl.layers.Layer });

/**
 * A recurrent layer that drops weights in training, the same ones for all examples of a batch and all steps in time.
 *
 *     kernel ← kernel·mask / (1 − rate),   recurrent kernel ← recurrent kernel·mask / (1 − recurrentRate);   new masks at every call
 *
 * This is the weight drop of AWD-LSTM, DropConnect with one mask for a batch; a mask for each example would keep recurrent
 * layers from being products at all. In inference it is the layer that it wraps, whose weights it has and saves.
 *
 * @throws ArgumentError for another kind of layer, and for rates out of range.
 * @example
 * const lstm = tf.layers.lstm({ units: 64 });
 * const model = tf.sequential({
 *   layers: [new WeightDrop({ layer: lstm, recurrentRate: 0.5, seed: 1, inputShape: [50, 8] }), tf.layers.dense({ units: 1 })],
 * });
 * model.countParams(); // 18753
 * @see Merity, Keskar and Socher, "Regularizing and Optimizing LSTM Language Models", arXiv 1708.02182, section 2.
 */
export class WeightDrop extends Wrapper {
  static className = 'WeightDrop';
  /** How many steps have drawn masks; see `noiseStep` of {@link DropConnectDense}. */
  noiseStep = 0;
  private readonly rates: readonly [input: number, recurrent: number];
  private readonly seed: number | null;
  private readonly drawn: number;

  constructor(options: WeightDropOptions) {
    const where = 'WeightDrop';
    const { layer, rate = 0, recurrentRate = 0.5, seed = null } = options;
    checkDropRate(where, rate);
    checkDropRate(where, recurrentRate, 'options.recurrentRate');
    if (seed !== null && !Number.isSafeInteger(seed)) {
      throw new ArgumentError({ where, argument: 'options.seed', got: seed, expected: 'an integer or null' });
    }
    recurrentCells(where, layer);
    super(options);
    this.supportsMasking = true;
    this.rates = [rate, recurrentRate];
    this.seed = seed;
    this.drawn = seed ?? Math.floor(2 ** 31 * Math.random());
  }

  override build(inputShape: Shape | Shape[]): void {
    if (!this.layer.built) {
      this.layer.build(inputShape);
      this.layer.built = true;
    }
    super.build(inputShape);
  }

  override computeOutputShape(inputShape: Shape | Shape[]): Shape | Shape[] {
    return this.layer.computeOutputShape(inputShape);
  }

  override computeMask(inputs: Tensor | Tensor[], mask?: Tensor | Tensor[]): Tensor | Tensor[] {
    return this.layer.computeMask(inputs, mask);
  }

  override call(inputs: Tensor | Tensor[], kwargs: Record<string, unknown>): Tensor | Tensor[] {
    const use = () => this.layer.call(inputs, kwargs);
    return kwargs.training ? tf.tidy(() => this.withDropped(use)) : use();
  }

  /** Runs `use` while the kernels read as what is left of them. */
  private withDropped<Result>(use: () => Result): Result {
    const step = this.noiseStep++;
    const weights = recurrentCells('WeightDrop', this.layer).flatMap((cell) => [
      [cell.kernel, this.rates[0]] as const,
      [cell.recurrentKernel, this.rates[1]] as const,
    ]);
    const dropped = weights.filter(([, rate]) => rate > 0);
    const owners: Weighted[] = dropped.map(([weight]) => weight as unknown as Weighted);
    const left = dropped.map(([weight, rate], i) => {
      return remaining(weight.read(), rate, counterWord(this.drawn, step, i));
    });
    for (const [i, owner] of owners.entries()) owner.read = () => left[i]!;
    try {
      return use();
    } finally {
      // What is the object's own goes, and the method of its class is back.
      for (const owner of owners) Reflect.deleteProperty(owner, 'read');
    }
  }

  override getConfig(): serialization.ConfigDict {
    const [rate, recurrentRate] = this.rates;
    return { ...super.getConfig(), rate, recurrentRate, seed: this.seed };
  }
}

/** kernel·mask / keep, of a matrix. */
function remaining(kernel: Tensor, rate: number, seed: number): Tensor {
  const { numerator, bits, value } = keepProbability('WeightDrop', 'rate', 1 - rate);
  const [rows, columns] = kernel.shape as [number, number];
  const mask = maskOf({ seed, numerator, bits }, 0, rows, columns).map((bit) => bit / value);
  return tf.mul(kernel, tf.tensor2d(mask, [rows, columns]));
}
