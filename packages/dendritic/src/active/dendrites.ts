import { ArgumentError } from '@arborize/core';
import type { serialization, Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import type { LayerVariable } from '@tensorflow/tfjs-layers';
import { maskKernel } from '../sparse-weights/mask-kernel.ts';
import { randomSeed } from '../sparse-weights/random-seed.ts';
import { SparseMask } from '../sparse-weights/sparse-mask.ts';
import type { AddWeight } from '../stock-layers/stock-weights.ts';
import { chooseSegment, winnerOf } from './choose-segment.ts';
import { constantInitializer } from './constant-initializer.ts';
import { checkedDendrites, type DendriteOptions, type DendriteSettings } from './dendrite-options.ts';
import { gate } from './dendritic-gate.ts';
import { byMagnitude } from './gate-mode.ts';
import { HeldContext } from './held-context.ts';
import { allActivations, segmentActivations } from './segment-activations.ts';
import { initialSegments } from './segment-initializers.ts';

/** The dendrites of a layer: their weights, and how they gate its outputs. */
export class Dendrites {
  readonly settings: DendriteSettings;
  private readonly seed: number | null;
  private segments?: LayerVariable;
  private mask?: LayerVariable;
  private bias?: LayerVariable;
  private held: HeldContext | null = null;

  constructor(
    private readonly where: string,
    options: DendriteOptions,
    seed: number | null,
  ) {
    this.settings = checkedDendrites(where, options);
    this.seed = seed;
  }

  /** Adds the weights `segments` [H, S, C], `segmentBias` [H, S] and `segmentMask` [H, S, C], as far as there are such. */
  build(add: AddWeight, units: number, width: number): void {
    const { segments: count, segmentSparsity, segmentBias, trainableSegments } = this.settings;
    if (count === 0) return;
    const shape: [number, number, number] = [units, count, width];
    const seed = this.seed ?? randomSeed();
    const mask = segmentSparsity > 0 ? segmentMask(shape, segmentSparsity, seed + 1) : null;
    const first = tf.tidy(() => {
      const drawn = initialSegments(shape, this.settings, seed);
      return mask ? maskKernel({ kernel: drawn, mask }, {}) : drawn;
    });
    this.segments = add(
      'segments',
      shape,
      'float32',
      constantInitializer(first),
      undefined,
      trainableSegments,
    );
    if (segmentBias) {
      const zeros = tf.zeros([units, count]);
      this.bias = add(
        'segmentBias',
        [units, count],
        'float32',
        constantInitializer(zeros),
        undefined,
        trainableSegments,
      );
      zeros.dispose();
    }
    if (mask) this.mask = add('segmentMask', shape, 'bool', constantInitializer(mask), undefined, false);
    tf.dispose([first, mask ?? []]);
  }

  /**
   * Gates y by the context, inside a tidy.
   *
   * @param context [B, C], or [1, C] for all samples; with `index` [D, C].
   * @param index For each sample its row of `context`.
   */
  gate(y: Tensor, context: Tensor | undefined, index: Tensor | undefined): Tensor {
    const { mode } = this.settings;
    if (!this.segments) return y;
    if (this.held) return gate(y, this.held.activations(), mode);
    if (!context) throw new Error(`${this.where}: no context came, and none is held.`);
    return gate(y, this.activations(context, index), mode);
  }

  /** The winners' activations [D, H] for contexts [D, C], or [B, H] with an index. */
  activations(context: Tensor, index?: Tensor): Tensor {
    const { mode } = this.settings;
    if (!this.bias)
      return segmentActivations(context, this.effectiveSegments(), { mode, contextIndex: index });
    const d = tf.add(allActivations(context, this.effectiveSegments()), this.bias.read());
    const a = chooseSegment(d, byMagnitude(mode));
    return index ? tf.gather(a, tf.cast(index, 'int32')) : a;
  }

  /** Which segment of each unit wins for contexts [D, C]: int32 [D, H]. */
  winners(context: Tensor): Tensor {
    const d = allActivations(context, this.effectiveSegments());
    return winnerOf(this.bias ? tf.add(d, this.bias.read()) : d, byMagnitude(this.settings.mode))[1];
  }

  /** [kernel, bias] that do without the gates what they did with this context [1, C]; runs inside a tidy. */
  fold(context: Tensor, { kernel, bias }: { kernel: Tensor; bias?: Tensor }): Tensor[] {
    if (!this.segments) return bias ? [kernel, bias] : [kernel];
    const { mode } = this.settings;
    const a = tf.reshape(this.activations(context), [-1]);
    if (mode === 'bias') return [kernel, bias ? tf.add(bias, a) : a];
    const scale = tf.sigmoid(mode === 'absMaxGateUnsigned' ? tf.abs(a) : a);
    return (bias ? [kernel, bias] : [kernel]).map((weight) => tf.mul(weight, scale));
  }

  /** The width C of a context; undefined before `build` or without segments. */
  get width(): number | undefined {
    return this.segments?.shape[2] ?? undefined;
  }

  /** See `ActiveDendriteDense.holdContext`. */
  hold(layer: object, add: AddWeight, context: Tensor, learn: boolean): void {
    this.release();
    const { segments, mask, bias, settings } = this;
    if (segments) this.held = new HeldContext(layer, add, context, { segments, mask, bias, settings }, learn);
  }

  /** See `ActiveDendriteDense.releaseContext`. */
  release(): void {
    this.held?.release();
    this.held = null;
  }

  getConfig(): serialization.ConfigDict {
    return { ...this.settings };
  }

  /** @throws ArgumentError for a context of another rank or width; sizes of null are unknown. */
  checkContext(shape: readonly (number | null)[]): void {
    const width = this.width;
    const got = shape.at(-1);
    if (shape.length === 2 && got != null && (width === undefined || width === got)) return;
    throw new ArgumentError({
      where: this.where,
      argument: 'the context',
      got: [...shape],
      expected: `of shape [samples, ${width ?? 'a known width'}]`,
    });
  }

  private effectiveSegments(): Tensor {
    const segments = this.segments!.read();
    return this.mask ? maskKernel({ kernel: segments, mask: this.mask.read() }, {}) : segments;
  }
}

function segmentMask(
  [units, count, width]: [number, number, number],
  sparsity: number,
  seed: number,
): Tensor {
  return tf.tidy(() => {
    const byColumn = new SparseMask({ sparsity, seed }).apply([width, units * count], 'int32');
    return tf.cast(tf.reshape(tf.transpose(byColumn), [units, count, width]), 'bool');
  });
}
