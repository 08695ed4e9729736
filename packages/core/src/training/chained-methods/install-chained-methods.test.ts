import '@tensorflow/tfjs-backend-cpu';
import { memory, ones, Tensor, tensor2d, tidy } from '@tensorflow/tfjs-core';
import { layers, metrics } from '@tensorflow/tfjs-layers';
import { beforeAll, describe, expect, it } from 'vitest';
import { installChainedMethods } from './install-chained-methods.ts';

const recurrent = { lstm: layers.lstm, gru: layers.gru, simpleRNN: layers.simpleRNN };

describe('installChainedMethods', () => {
  it('is needed: without it a default LSTM cannot be built', () => {
    expect(() => layers.lstm({ units: 4 }).apply(ones([1, 3, 2]))).toThrow('flatten is not a function');
  });

  describe('installed', () => {
    beforeAll(installChainedMethods);

    for (const [name, layer] of Object.entries(recurrent)) {
      it(`lets a default ${name} be built and run`, () => {
        const y = layer({ units: 4 }).apply(ones([1, 3, 2])) as Tensor;
        expect(y.shape).toEqual([1, 4]);
      });
    }

    it('makes an orthogonal recurrent kernel, wide or tall', async () => {
      const layer = layers.simpleRNN({ units: 3 });
      layer.apply(ones([1, 2, 2]));
      const [a, b] = (await layer.getWeights()[1]!.array()) as number[][];
      const dot = (u: number[], v: number[]) => u.reduce((s, x, i) => s + x * v[i]!, 0);
      expect(dot(a!, a!)).toBeCloseTo(1, 5);
      expect(dot(a!, b!)).toBeCloseTo(0, 5);
      const wide = layers.dense({ units: 5, kernelInitializer: 'orthogonal' }).apply(ones([1, 2])) as Tensor;
      expect(wide.shape).toEqual([1, 5]);
    });

    it('lets r2Score give 1 for a perfect fit and 0 for the mean', async () => {
      const y = tensor2d([1, 2, 3], [3, 1]);
      expect((await metrics.r2Score(y, y).data())[0]).toBe(1);
      expect((await metrics.r2Score(y, tensor2d([2, 2, 2], [3, 1])).data())[0]).toBe(0);
    });

    it('changes nothing when called again, and lists nothing in a loop over a tensor', () => {
      const before = Object.getOwnPropertyDescriptors(Tensor.prototype);
      installChainedMethods();
      expect(Object.getOwnPropertyDescriptors(Tensor.prototype)).toEqual(before);
      const listed: string[] = [];
      for (const key in ones([1])) listed.push(key);
      expect(listed).not.toContain('flatten');
    });

    it('leaves a method alone that is already there', () => {
      const prototype = Tensor.prototype as unknown as Record<string, unknown>;
      const ours = prototype.sign;
      const other = () => 'other';
      prototype.sign = other;
      installChainedMethods();
      expect(prototype.sign).toBe(other);
      prototype.sign = ours;
    });

    it('keeps the tensor count constant', () => {
      const y = tensor2d([1, 2, 3], [3, 1]);
      const before = memory().numTensors;
      tidy(() => void metrics.r2Score(y, y));
      expect(memory().numTensors).toBe(before);
    });
  });
});
