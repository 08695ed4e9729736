import { expectNoTensorLeak } from '@arborize/core/testing';
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { describe, expect, it } from 'vitest';
import { addImpulseNoise, type NoiseKind } from './add-impulse-noise.ts';
import { noiseRobustness } from './noise-robustness.ts';

const changed = async (x: tf.Tensor, y: tf.Tensor) => {
  const [before, after] = [await x.data(), await y.data()];
  return [...after].filter((value, i) => value !== before[i]);
};

describe('addImpulseNoise: closed form', () => {
  it('overwrites exactly 78 of 784, each image its own, and not in place', async () => {
    const x = tf.fill([3, 784], 0.5);
    const y = addImpulseNoise(x, { level: 0.1 });
    const rows = (await y.data()) as Float32Array;
    const places = [0, 1, 2].map((b) =>
      [...rows.subarray(784 * b, 784 * (b + 1)).keys()].filter((i) => rows[784 * b + i] !== 0.5),
    );
    expect(places.map((row) => row.length)).toEqual([78, 78, 78]);
    expect(places[0]).not.toEqual(places[1]);
    expect(await changed(x, y)).toBeAllClose(new Array(234).fill(0.6162));
    expect((await x.data()).every((value) => value === 0.5)).toBe(true);
  });

  it.each<[NoiseKind, (value: number) => boolean]>([
    ['zero', (value) => value === 0],
    ['gaussian', (value) => value > 0 && value < 5],
    ['uniform', (value) => value >= 0 && value < 1],
  ])('%s', async (kind, fits) => {
    const x = tf.fill([2, 10, 10, 1], -1);
    const values = await changed(x, addImpulseNoise(x, { level: 0.29, kind, sigma: 0.5, seed: 3 }));
    expect(values.length).toBe(58);
    expect(values.every(fits)).toBe(true);
  });

  it('takes all channels of a pixel together if asked to', async () => {
    const x = tf.fill([1, 4, 5, 3], -1);
    const y = addImpulseNoise(x, { level: 0.25, kind: 'zero', perPixel: true });
    const pixels = tf.max(y, 3);
    expect((await changed(x, y)).length).toBe(15);
    expect((await changed(tf.fill([1, 4, 5], -1), pixels)).length).toBe(5);
  });

  it('edges: level 0 changes nothing, level 1 everything', async () => {
    const x = tf.randomUniform([2, 9]);
    expect(await changed(x, addImpulseNoise(x, { level: 0 }))).toEqual([]);
    expect((await changed(x, addImpulseNoise(x, { level: 1 }))).length).toBe(18);
  });

  it('memory: leaves nothing behind', async () => {
    const x = tf.zeros([2, 9]);
    await expectNoTensorLeak(() => addImpulseNoise(x, { level: 0.5 }).dispose());
  });
});

describe('noiseRobustness', () => {
  const xs = tf.randomUniform([30, 4], 0, 1, 'float32', 1);
  // Tells which of the first two numbers is larger.
  const model = tfl.sequential({ layers: [tfl.layers.dense({ units: 2, inputShape: [4] })] });
  model.setWeights([tf.tensor2d([1, 0, 0, 1, 0, 0, 0, 0], [4, 2]), tf.zeros([2])]);
  const ys = tf.tidy(() => tf.oneHot(tf.argMax(tf.slice(xs, [0, 0], [30, 2]), 1), 2));

  it('is right without noise, and guesses where all is noise', async () => {
    const options = { kinds: ['zero'] as const, levels: [0, 1], batchSize: 7, trials: 2 };
    const measured = await noiseRobustness(model, xs, ys, options);
    const firstClass = 30 - (await tf.sum(tf.argMax(ys, 1)).data())[0]!;
    expect(measured).toEqual([
      { kind: 'zero', level: 0, accuracy: 1 },
      { kind: 'zero', level: 1, accuracy: firstClass / 30 },
    ]);
    const flipped = await noiseRobustness(model, xs, ys, {
      ...options,
      levels: [0],
      preprocess: (x) => tf.neg(x),
    });
    expect(flipped[0]!.accuracy).toBe(0);
  });

  it('memory: leaves nothing behind', async () => {
    await expectNoTensorLeak(() => noiseRobustness(model, xs, ys, { levels: [0.5] }));
  });

  it('errors: refuses options out of range before anything is computed', async () => {
    const refused = (options: object, message: string) =>
      expect(noiseRobustness(model, xs, ys, options)).rejects.toThrow(message);
    await refused({ levels: [0, 1.5] }, 'options.level must be in [0, 1], got 1.5');
    await refused({ kinds: ['salt'] }, "options.kind must be 'constant'");
    await refused({ sigma: 0 }, 'options.sigma');
    await refused({ trials: 0 }, 'noiseRobustness: options.trials must be a positive integer');
    await expect(noiseRobustness(model, xs, tf.zeros([3, 2]))).rejects.toThrow(
      'noiseRobustness: ys must be [30, classes]',
    );
    expect(() => addImpulseNoise([1], { level: 0.1 })).toThrow('addImpulseNoise: x must be images [B, …]');
  });
});
