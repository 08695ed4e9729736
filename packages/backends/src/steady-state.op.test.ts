import { onlyOn } from '@arborize/core/testing';
import * as tf from '@tensorflow/tfjs-core';
import { type LayersModel, layers, sequential } from '@tensorflow/tfjs-layers';
import { afterEach, describe, expect, it, vi } from 'vitest';

onlyOn(['wasm'], 'memory over many training steps');

const STEPS = 1000;
const WARM_UP = 20;
const MINUTES = 60_000;

afterEach(() => {
  vi.restoreAllMocks();
});

/** What must not grow: tensors, data, and the memory of the device. */
function watchMemory(): () => Record<string, number> {
  const backend = tf.backend() as unknown as { wasm?: Record<'_malloc' | '_free', (x: number) => number> };
  const { wasm } = backend;
  const [allocate, free] = wasm ? [vi.spyOn(wasm, '_malloc'), vi.spyOn(wasm, '_free')] : [];
  return () => {
    const { numTensors, numDataBuffers, ...rest } = tf.memory() as tf.MemoryInfo & {
      numBytesAllocatedInGPU?: number;
    };
    return {
      numTensors,
      numDataBuffers,
      allocated: (allocate?.mock.calls.length ?? 0) - (free?.mock.calls.length ?? 0),
      heap: (wasm as unknown as { HEAPU8: Uint8Array } | undefined)?.HEAPU8.length ?? 0,
      gpu: rest.numBytesAllocatedInGPU ?? 0,
    };
  };
}

async function expectFlat(model: LayersModel, x: tf.Tensor, steps: number) {
  model.compile({ optimizer: 'adam', loss: 'categoricalCrossentropy' });
  const y = tf.tidy(() => tf.oneHot(tf.tensor1d([0, 1, 2, 1], 'int32'), 3));
  const memory = watchMemory();
  for (let i = 0; i < WARM_UP; i++) await model.trainOnBatch(x, y);
  const before = memory();
  for (let i = 0; i < steps; i++) await model.trainOnBatch(x, y);
  expect(memory()).toEqual(before);
  model.dispose();
  tf.dispose([x, y]);
}

const softmax = () => layers.dense({ units: 3, activation: 'softmax' });

describe('memory: flat over many steps', () => {
  it(
    'of a multilayer perceptron',
    async () => {
      const model = sequential({
        layers: [
          layers.dense({ units: 16, inputShape: [8], activation: 'relu' }),
          layers.batchNormalization(),
          layers.dropout({ rate: 0.2, seed: 1 }),
          softmax(),
        ],
      });
      await expectFlat(model, tf.randomNormal([4, 8], 0, 1, 'float32', 1), STEPS);
    },
    10 * MINUTES,
  );

  it(
    'of a convolutional net',
    async () => {
      const model = sequential({
        layers: [
          layers.conv2d({ filters: 4, kernelSize: 3, inputShape: [8, 8, 1], activation: 'relu' }),
          layers.maxPooling2d({ poolSize: 2 }),
          layers.flatten(),
          softmax(),
        ],
      });
      await expectFlat(model, tf.randomNormal([4, 8, 8, 1], 0, 1, 'float32', 1), STEPS);
    },
    10 * MINUTES,
  );

  it(
    'of an embedding and an LSTM',
    async () => {
      const model = sequential({
        layers: [
          layers.embedding({ inputDim: 10, outputDim: 4, inputLength: 5 }),
          layers.lstm({ units: 4, recurrentInitializer: 'glorotUniform' }),
          softmax(),
        ],
      });
      await expectFlat(model, tf.randomUniform([4, 5], 0, 10, 'int32', 1), STEPS);
    },
    10 * MINUTES,
  );
});
