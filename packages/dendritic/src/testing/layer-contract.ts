import { cloneThroughSave } from '@arborize/core';
import { expectNoTensorLeak } from '@arborize/core/testing';
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { describe, expect, it } from 'vitest';
import type { Shape } from '../stock-layers/input-shape.ts';

/** A layer to be tested, and the shape of one sample of its input. */
export interface LayerCase {
  readonly layer: () => tfl.layers.Layer;
  readonly inputShape: number[];
}

/**
 * What every layer of this package keeps on every backend: it trains without leaving a tensor behind, gives equal
 * predictions after saving and loading, and works in each kind of model and for each step of a sequence.
 *
 * The classes must be registered before.
 */
export function describeLayer(name: string, { layer, inputShape }: LayerCase): void {
  const samples = (count: number) => tf.randomNormal([count, ...inputShape], 0, 1, 'float32', 5);
  const sequential = () => {
    const made = layer();
    const flat =
      (made.computeOutputShape([null, ...inputShape]) as Shape).length > 2 ? [tfl.layers.flatten()] : [];
    return tfl.sequential({ layers: [tfl.layers.inputLayer({ inputShape }), made, ...flat, last()] });
  };
  const last = () =>
    tfl.layers.dense({ units: 2, kernelInitializer: tfl.initializers.glorotUniform({ seed: 1 }) });

  describe(`${name}: layer contract`, () => {
    it('trains without leaving a tensor behind', async () => {
      const model = sequential();
      model.compile({ optimizer: tf.train.adam(0.01), loss: 'meanSquaredError' });
      const [xs, ys] = [samples(4), tf.ones([4, 2])];
      const before = (await model.trainOnBatch(xs, ys)) as number;
      await expectNoTensorLeak(() => model.trainOnBatch(xs, ys));
      expect(await model.trainOnBatch(xs, ys)).toBeLessThan(before);
      model.dispose();
      tf.dispose([xs, ys]);
    });

    it('serialises: gives equal predictions and an equal config after saving and loading', async () => {
      const model = sequential();
      const copy = await cloneThroughSave(model);
      const xs = samples(2);
      const [expected, actual] = [model.predict(xs) as tf.Tensor, copy.predict(xs) as tf.Tensor];
      expect(await actual.data()).toEqual(await expected.data());
      expect(copy.layers.map((each) => each.getConfig())).toEqual(
        model.layers.map((each) => each.getConfig()),
      );
      model.dispose();
      copy.dispose();
      tf.dispose([xs, expected, actual]);
    });

    it('has the shape it says, in a functional model and for each step of a sequence', async () => {
      const input = tfl.input({ shape: inputShape });
      const made = layer();
      const functional = tfl.model({ inputs: input, outputs: made.apply(input) as tfl.SymbolicTensor });
      const xs = samples(2);
      const y = functional.predict(xs) as tf.Tensor;
      expect(y.shape).toEqual(functional.outputs[0]!.shape.with(0, 2));
      const steps = tfl.sequential({
        layers: [tfl.layers.timeDistributed({ layer: layer(), inputShape: [3, ...inputShape] })],
      });
      steps.setWeights(functional.getWeights());
      const sequence = tf.stack([xs, tf.neg(xs), xs], 1);
      const ys = steps.predict(sequence) as tf.Tensor;
      expect(ys.shape).toEqual([2, 3, ...y.shape.slice(1)]);
      const third = tf.squeeze(tf.slice(ys, [0, 2], [2, 1]), [1]);
      expect(await third.data()).toBeAllClose(await y.data());
      functional.dispose();
      steps.dispose();
      tf.dispose([xs, y, sequence, ys, third]);
    });
  });
}
