import '@tensorflow/tfjs-backend-cpu';
import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { beforeAll, describe, expect, it } from 'vitest';
import { cloneThroughSave } from '../clone-through-save/clone-through-save.ts';
import { StockConv1D, StockConv2D, StockDense } from './stock-layers.ts';

class Doubled extends StockDense {
  static className = 'Doubled';

  override call(inputs: Tensor, kwargs: Record<string, unknown>): Tensor {
    return tf.tidy(() => tf.mul(super.call(inputs, kwargs) as Tensor, 2));
  }
}

beforeAll(async () => {
  await tf.setBackend('cpu');
  tf.serialization.registerClass(Doubled as never);
});

describe('stock layers', () => {
  it('are the classes that tfjs-layers makes its layers of', () => {
    expect(tfl.layers.dense({ units: 1 })).toBeInstanceOf(StockDense);
    expect(tfl.layers.conv1d({ filters: 1, kernelSize: 1 })).toBeInstanceOf(StockConv1D);
    expect(tfl.layers.conv2d({ filters: 1, kernelSize: 1 })).toBeInstanceOf(StockConv2D);
  });

  it('leave the count of default names untouched', () => {
    expect(tfl.layers.flatten().name).toBe('flatten_Flatten1');
  });

  it('have descendants that train and are saved', async () => {
    const model = tfl.sequential({
      layers: [
        new Doubled({
          units: 2,
          inputShape: [3],
          kernelInitializer: tfl.initializers.glorotUniform({ seed: 1 }),
        }),
      ],
    });
    model.compile({ optimizer: tf.train.sgd(0.01), loss: 'meanSquaredError' });
    const [xs, ys] = [tf.ones([4, 3]), tf.ones([4, 2])];
    const before = (await model.trainOnBatch(xs, ys)) as number;
    expect(await model.trainOnBatch(xs, ys)).toBeLessThan(before);
    const copy = await cloneThroughSave(model);
    const [y, same] = [model.predict(xs) as Tensor, copy.predict(xs) as Tensor];
    expect(await same.data()).toEqual(await y.data());
    expect(copy.layers.at(-1)).toBeInstanceOf(Doubled);
  });
});
