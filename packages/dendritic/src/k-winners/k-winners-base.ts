import type { serialization, Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import type { LayerVariable } from '@tensorflow/tfjs-layers';
import * as tfl from '@tensorflow/tfjs-layers';
import type { Shape } from '../stock-layers/input-shape.ts';
import { nextDutyCycle } from './duty-cycle.ts';
import type { KWinnersOptions } from './k-winners.ts';
import { checkedSettings, type KWinnersLayerOptions, type KWinnersSettings } from './k-winners-options.ts';

/** What {@link KWinners} and {@link KWinners2D} share: settings, duty cycles and the boost, all kept as weights. */
export abstract class KWinnersBase extends tfl.layers.Layer {
  protected readonly settings: KWinnersSettings;
  private dutyCycle?: LayerVariable;
  private samples?: LayerVariable;
  private boost?: LayerVariable;

  constructor(where: string, options: KWinnersLayerOptions) {
    super(options);
    this.settings = checkedSettings(where, options);
  }

  /** How many win of inputs of this shape. @throws ArgumentError if none could. */
  protected abstract winners(inputShape: Shape, training: boolean): number;

  /** Keeps k winners; runs inside a tidy. */
  protected abstract keep(x: Tensor, options: KWinnersOptions): Tensor;

  override build(inputShape: Shape | Shape[]): void {
    const shape = inputShape as Shape;
    this.winners(shape, true);
    this.winners(shape, false);
    const { boostStrength } = this.settings;
    const zeros = tfl.initializers.zeros();
    const units = shape.at(-1)!;
    this.dutyCycle = this.addWeight('dutyCycle', [units], 'float32', zeros, undefined, false);
    this.samples = this.addWeight('samples', [], 'float32', zeros, undefined, false);
    const first = tfl.initializers.constant({ value: boostStrength });
    this.boost = this.addWeight('boostStrength', [], 'float32', first, undefined, false);
    super.build(inputShape);
    this.inputSpec = [{ axes: { [-1]: units } }];
  }

  override call(inputs: Tensor | Tensor[], kwargs: Record<string, unknown>): Tensor {
    return tf.tidy(() => {
      this.invokeCallHook(inputs, kwargs);
      const x = Array.isArray(inputs) ? inputs[0]! : inputs;
      const training = kwargs.training === true;
      const { breakTies, relu, boostMode, boostStrength } = this.settings;
      const y = this.keep(x, {
        k: this.winners(x.shape, training),
        breakTies,
        relu,
        boostMode,
        duty: boostStrength > 0 ? this.boostedDuty() : undefined,
        boost: 1,
      });
      if (training) this.count(y);
      return y;
    });
  }

  override computeOutputShape(inputShape: Shape | Shape[]): Shape {
    return inputShape as Shape;
  }

  /** The share of recent training samples in which each unit was on, [N] or [C]; not to be disposed. */
  get duty(): Tensor {
    return this.dutyCycle!.read();
  }

  /** Multiplies the strength of the boost by `boostStrengthFactor`; see {@link boostDecay}. */
  decayBoost(): void {
    const boost = this.boost!;
    tf.tidy(() => {
      boost.write(tf.mul(boost.read(), this.settings.boostStrengthFactor));
    });
  }

  override getConfig(): serialization.ConfigDict {
    return { ...super.getConfig(), ...this.settings };
  }

  /** β·duty: β is a tensor, the op's own `boost` a number. */
  private boostedDuty(): Tensor {
    return tf.mul(this.dutyCycle!.read(), this.boost!.read());
  }

  private count(y: Tensor): void {
    const [duty, samples] = [this.dutyCycle!, this.samples!];
    const next = nextDutyCycle(
      y,
      { duty: duty.read(), samples: samples.read() },
      this.settings.dutyCyclePeriod,
    );
    duty.write(next.duty);
    samples.write(next.samples);
  }
}
