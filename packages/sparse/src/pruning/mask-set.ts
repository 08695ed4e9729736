import { ArgumentError, toFloatTensor } from '@arborize/core';
import type { Tensor, TensorLike } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { countKept, type Mask, packMask, sizeOf, unpackMask } from './mask.ts';

/** How much of one tensor is kept: a row of {@link MaskSet.report}. */
export interface MaskReport {
  /** The name of the weight, e.g. `'dense_1/kernel'`. */
  readonly name: string;
  readonly shape: readonly number[];
  readonly size: number;
  readonly kept: number;
  readonly density: number;
}

/** What {@link MaskSet.toJSON} gives: shapes, and the bits in base 64. */
export type MaskSetJson = readonly {
  readonly name: string;
  readonly shape: number[];
  readonly bits: string;
}[];

/**
 * Which weights of a model are kept, by the name of the weight, at one bit each; plain data that never changes.
 *
 * @example
 * const masks = await MaskSet.from({ 'hidden/kernel': [[1, 0], [0, 1], [1, 1]] });
 * masks.density; // 0.666…
 * JSON.stringify(masks); // MaskSet.fromJSON(JSON.parse(…)) brings it back
 */
export class MaskSet {
  private readonly masks: ReadonlyMap<string, Mask>;

  constructor(masks: Iterable<readonly [name: string, mask: Mask]>) {
    this.masks = new Map(masks);
  }

  /**
   * Masks from tensors or arrays in the shape of the weights: what is not 0 is kept.
   *
   * @param masks By the name of the weight; they stay the caller's.
   * @throws ArgumentError for what is not numbers.
   */
  static async from(masks: Readonly<Record<string, Tensor | TensorLike>>): Promise<MaskSet> {
    const entries: [string, Mask][] = [];
    for (const [name, given] of Object.entries(masks)) {
      const mask = tf.tidy(() => tf.clone(toFloatTensor(given, 'MaskSet.from', `masks['${name}']`)));
      entries.push([name, packMask(mask.shape, await mask.data())]);
      mask.dispose();
    }
    return new MaskSet(entries);
  }

  /**
   * Brings back what {@link toJSON} gave.
   *
   * @throws ArgumentError if it was truncated or is something else.
   */
  static fromJSON(json: MaskSetJson): MaskSet {
    const fault = (argument: string, got: unknown, expected: string) =>
      new ArgumentError({ where: 'MaskSet.fromJSON', argument, got, expected });
    if (!Array.isArray(json)) throw fault('json', json, 'what MaskSet.toJSON gave');
    const masks = (json as MaskSetJson).map(({ name, shape, bits: text }, i) => {
      const whole =
        Array.isArray(shape) && shape.every((extent) => Number.isSafeInteger(extent) && extent >= 0);
      if (typeof name !== 'string' || !whole || typeof text !== 'string') {
        throw fault(`json[${i}]`, json[i], '{ name, shape, bits }');
      }
      const bits = fromBase64(text);
      const bytes = Math.ceil(sizeOf({ shape }) / 8);
      if (bits?.length !== bytes) throw fault(`json[${i}].bits`, text.length, `base 64 of ${bytes} bytes`);
      return [name, { shape, bits }] as const;
    });
    return new MaskSet(masks);
  }

  /** The names of the weights. */
  get names(): string[] {
    return [...this.masks.keys()];
  }

  /** The mask of a weight, if it has one. */
  get(name: string): Mask | undefined {
    return this.masks.get(name);
  }

  /** A weight's mask as a float tensor of 0 and 1; the caller disposes of it. */
  tensor(name: string): Tensor {
    const mask = this.masks.get(name);
    if (!mask) {
      const expected = `one of ${this.names.join(', ')}`;
      throw new ArgumentError({ where: 'MaskSet.tensor', argument: 'name', got: name, expected });
    }
    return tf.tensor(Float32Array.from(unpackMask(mask)), [...mask.shape]);
  }

  /** All weights that the masks speak of. */
  get size(): number {
    return [...this.masks.values()].reduce((sum, mask) => sum + sizeOf(mask), 0);
  }

  /** Those that are kept. */
  get kept(): number {
    return [...this.masks.values()].reduce((sum, mask) => sum + countKept(mask), 0);
  }

  /** The share that is kept, in [0, 1]. */
  get density(): number {
    return this.kept / this.size;
  }

  /** How much of each tensor is kept: `console.table(masks.report())`. */
  report(): MaskReport[] {
    return [...this.masks].map(([name, mask]) => {
      const [size, kept] = [sizeOf(mask), countKept(mask)];
      return { name, shape: mask.shape, size, kept, density: kept / size };
    });
  }

  /** What either keeps. @throws ArgumentError unless names and shapes agree. */
  union(other: MaskSet): MaskSet {
    return this.combine(other, 'union', (a, b) => a | b);
  }

  /** What both keep. @throws ArgumentError unless names and shapes agree. */
  intersect(other: MaskSet): MaskSet {
    return this.combine(other, 'intersect', (a, b) => a & b);
  }

  /** The share of what either keeps that both keep, in [0, 1]: 1 for equal masks. @throws ArgumentError as `union`. */
  overlap(other: MaskSet): number {
    const either = this.union(other).kept;
    return either === 0 ? 1 : this.intersect(other).kept / either;
  }

  /** Plain JSON. */
  toJSON(): MaskSetJson {
    return [...this.masks].map(([name, { shape, bits }]) => ({
      name,
      shape: [...shape],
      bits: toBase64(bits),
    }));
  }

  private combine(other: MaskSet, method: string, merge: (a: number, b: number) => number): MaskSet {
    const shapes = (set: MaskSet) =>
      set
        .report()
        .map(({ name, shape }) => `${name} [${shape}]`)
        .sort()
        .join(', ');
    if (shapes(this) !== shapes(other)) {
      const where = `MaskSet.${method}`;
      throw new ArgumentError({
        where,
        argument: 'other',
        got: shapes(other),
        expected: `masks of ${shapes(this)}`,
      });
    }
    const merged = [...this.masks].map(([name, { shape, bits }]) => {
      const others = other.masks.get(name)!.bits;
      return [name, { shape, bits: bits.map((byte, i) => merge(byte, others[i]!)) }] as const;
    });
    return new MaskSet(merged);
  }
}

function toBase64(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes) text += String.fromCharCode(byte);
  return btoa(text);
}

function fromBase64(text: string): Uint8Array | null {
  try {
    return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  } catch {
    return null;
  }
}
