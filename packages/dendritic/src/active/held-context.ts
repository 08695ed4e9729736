import type { Tensor, Variable } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import type { LayerVariable } from '@tensorflow/tfjs-layers';
import { maskKernel } from '../sparse-weights/mask-kernel.ts';
import type { AddWeight } from '../stock-layers/stock-weights.ts';
import { chooseSegment } from './choose-segment.ts';
import { constantInitializer } from './constant-initializer.ts';
import type { DendriteSettings } from './dendrite-options.ts';
import { byMagnitude } from './gate-mode.ts';
import { allActivations } from './segment-activations.ts';

interface Owned {
  readonly segments: LayerVariable;
  readonly mask: LayerVariable | undefined;
  readonly bias: LayerVariable | undefined;
  readonly settings: DendriteSettings;
}

/** What a layer keeps track of its weights with. */
interface WeightLists {
  _trainableWeights: LayerVariable[];
  _addedWeightNames: string[];
}

const NAME = 'segmentShift';

/**
 * One context c for every sample. All gradients of a segment then point along c, with equal quotients to the
 * square roots of their second moments, so that Adam moves every weight of a segment by the same amount along sign(c):
 *
 *     U + p ⊗ sign(c),   d = U·c + p·‖c‖₁
 *
 * and training the shift p [H, S] by Adam is training U [H, S, C] by Adam, up to its ε, at 1/C of the cost and memory.
 */
export class HeldContext {
  private readonly lists: WeightLists;
  private readonly context: Tensor;
  private readonly shift: LayerVariable | null;
  private base: Tensor | null = null;
  private baseOf: object | null = null;

  constructor(
    layer: object,
    add: AddWeight,
    context: Tensor,
    private readonly owned: Owned,
    learn: boolean,
  ) {
    this.lists = layer as WeightLists;
    this.context = tf.keep(tf.tidy(() => tf.reshape(tf.clone(context), [1, -1])));
    this.shift = learn && owned.settings.trainableSegments ? addShift(add, owned.segments) : null;
    if (this.shift) owned.segments.trainable = false;
  }

  /** The winners' activations [1, H]. */
  activations(): Tensor {
    const { bias, settings } = this.owned;
    let d = this.unshifted();
    if (this.shift) d = tf.add(d, tf.mul(this.shift.read(), this.reach()));
    if (bias) d = tf.add(d, bias.read());
    return chooseSegment(d, byMagnitude(settings.mode));
  }

  /** Writes the shift into the segments, and makes them trainable again. */
  release(): void {
    const { segments } = this.owned;
    if (this.shift) {
      const variable = segments.read() as Variable;
      tf.tidy(() => {
        const along = tf.mul(tf.expandDims(this.shift!.read(), 2), tf.sign(this.context));
        variable.assign(tf.add(variable, this.masked(along)));
      });
      segments.trainable = true;
      for (const list of ['_trainableWeights', '_addedWeightNames'] as const) {
        const entries: unknown[] = this.lists[list];
        entries.splice(entries.indexOf(list === '_trainableWeights' ? this.shift : NAME), 1);
      }
      this.shift.dispose();
    }
    tf.dispose([this.context, this.base ?? []]);
  }

  /** d [1, H, S] of the segments as they are: computed anew only if they were replaced. */
  private unshifted(): Tensor {
    const segments = this.owned.segments.read();
    if (this.baseOf !== segments.dataId) {
      this.base?.dispose();
      this.base = tf.keep(tf.tidy(() => allActivations(this.context, this.masked(segments))));
      this.baseOf = segments.dataId;
    }
    return this.base!;
  }

  /** ‖c‖₁ as each segment sees it, for [H, S]. */
  private reach(): Tensor {
    const size = tf.abs(this.context);
    const { mask } = this.owned;
    return mask ? tf.sum(tf.mul(tf.cast(mask.read(), 'float32'), size), 2) : tf.sum(size);
  }

  private masked(segments: Tensor): Tensor {
    const { mask } = this.owned;
    return mask ? maskKernel({ kernel: segments, mask: mask.read() }, {}) : segments;
  }
}

function addShift(add: AddWeight, segments: LayerVariable): LayerVariable {
  const shape = segments.shape.slice(0, 2) as [number, number];
  const zeros = tf.zeros(shape);
  const shift = add(NAME, shape, 'float32', constantInitializer(zeros), undefined, true);
  zeros.dispose();
  return shift;
}
