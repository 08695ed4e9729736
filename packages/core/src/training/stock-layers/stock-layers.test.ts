import '@tensorflow/tfjs-backend-cpu';
import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { beforeAll, describe, expect, it } from 'vitest';
import { cloneThroughSave } from '../clone-through-save/clone-through-save.ts';
import { StockConv1D, StockConv2D, StockDense } from './stock-layers.ts';
import { withKernel } from './with-kernel.ts';

class Doubled extends StockDense {
  static className = 'Doubled';

  override call(inputs: Tensor, kwargs: Record<string, unknown>): Tensor {
    return tf.tidy(() => tf.mul(super.call(inputs, kwargs) as Tensor, 2));
  }
}

describe('withKernel', () => {
  it('computes with another kernel, and through it with its gradient, and gives the own one back', async () => {
    const layer = tfl.layers.dense({ units: 1, useBias: false }) as unknown as tfl.layers.Layer & {
      kernel: tfl.LayerVariable;
    };
    layer.build([null, 2]);
    layer.setWeights([tf.tensor2d([[2], [-3]])]);
    const x = tf.tensor2d([[1, 1]]);
    const own = layer.kernel;
    const squared = () => withKernel(layer, tf.square(own.read()), () => layer.call(x, {}) as Tensor);
    expect([...(await squared().data())]).toEqual([13]);
    const { grads } = tf.variableGrads(() => tf.sum(squared()) as tf.Scalar, [own.read() as tf.Variable]);
    expect([...(await Object.values(grads)[0]!.data())]).toEqual([4, -6]);
    expect(() => withKernel(layer, x, () => layer.call(tf.ones([1, 3]), {}))).toThrow();
    expect(layer.kernel).toBe(own);
  });
});

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
