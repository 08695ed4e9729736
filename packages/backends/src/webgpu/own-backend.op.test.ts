import { onlyOn } from '@arborize/core/testing';
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-layers';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { backendLost } from '../backend-lost.ts';
import { OutOfMemoryError } from '../out-of-memory-error.ts';
import { useBackend } from '../use-backend.ts';
import type { OwnBackend } from './own-backend.ts';

onlyOn(['webgpu'], 'the device of WebGPU');
const backend = () => tf.backend() as OwnBackend;

afterEach(() => {
  vi.restoreAllMocks();
});

async function expectToWork() {
  const y = tf.tidy(() => tf.add(tf.tensor1d([1, 2]), 1));
  expect([...(await y.data())]).toEqual([2, 3]);
  y.dispose();
}

describe('the device', () => {
  it('has the features and the limits that its adapter offers', async () => {
    const adapter = (await navigator.gpu.requestAdapter())!;
    const { features, limits } = backend().device;
    for (const feature of ['timestamp-query', 'shader-f16', 'subgroups'] as GPUFeatureName[]) {
      expect(features.has(feature), feature).toBe(adapter.features.has(feature));
    }
    for (const limit of [
      'maxBufferSize',
      'maxStorageBufferBindingSize',
      'maxStorageBuffersPerShaderStage',
    ] as const) {
      expect(limits[limit], limit).toBe(adapter.limits[limit]);
    }
  });
});

describe('errors', () => {
  it('name the op, the shape and the limit where a tensor is too large, and leave nothing behind', async () => {
    const { maxBufferSize, maxStorageBufferBindingSize } = backend().device.limits;
    const length = Math.ceil(Math.sqrt(Math.min(maxBufferSize, maxStorageBufferBindingSize) / 4)) + 1;
    const [column, row] = [tf.ones([length, 1]), tf.ones([1, length])];
    const before = [tf.memory().numTensors, backend().numDataIds()];
    const error = (() => {
      try {
        tf.mul(column, row).dispose();
      } catch (thrown) {
        return thrown as OutOfMemoryError;
      }
    })()!;
    expect(error).toBeInstanceOf(OutOfMemoryError);
    expect(error).toMatchObject({ op: 'mul', shape: [length, length], bytes: 4 * length ** 2 });
    expect(error.message).toMatch(
      /^mul: a tensor \[\d+, \d+\] of .+iB does not fit on 'webgpu'; the largest that this device takes has .+iB\. Use smaller batches/,
    );
    expect(() => tf.matMul(column, row)).toThrow(/^matMul: a tensor \[\d+, \d+\] of/);
    expect([tf.memory().numTensors, backend().numDataIds()]).toEqual(before);
    tf.dispose([column, row]);
    expect(backend().numDataIds()).toBe(before[1]! - 2);
    await expectToWork();
  });

  it('tell where the device runs out of memory, when the result is read', async () => {
    // A real shortage would take the machine with it.
    vi.spyOn(GPUDevice.prototype, 'popErrorScope').mockResolvedValueOnce({
      message: 'no memory',
    } as GPUError);
    const y = tf.tidy(() => tf.fill([600, 600], 3));
    await expect(y.data()).rejects.toThrow(
      "fill: a tensor [360000] of 1.4 MiB does not fit on 'webgpu'; the device has not that much memory left.",
    );
    y.dispose();
    await expectToWork();
  });

  it('tell at the next read that the device refused work', async () => {
    const x = tf.ones([4]);
    const y = tf.engine().makeTensorFromTensorInfo(
      backend().runWebGPUProgram(
        {
          variableNames: ['X'],
          outputShape: [4],
          workgroupSize: [64, 1, 1],
          dispatchLayout: { x: [0] },
          dispatch: [1, 1, 1],
          shaderKey: 'test_invalid',
          getUserCode: () => 'fn main(index: i32) { nonsense }',
        } as never,
        [x],
        'float32',
      ),
    );
    await expect(y.data()).rejects.toThrow('webgpu: the device refused work, so results are missing.');
    tf.dispose([x, y]);
    await expectToWork();
  });

  it('say how to read a tensor where it cannot be read at once', () => {
    vi.stubGlobal('OffscreenCanvas', undefined);
    const x = tf.add(tf.ones([2]), 1);
    expect(() => backend().readSync(x.dataId)).toThrow('Call `await tensor.data()` before');
    x.dispose();
    vi.unstubAllGlobals();
  });
});

describe('integers', () => {
  it('are added as integers where a kernel scatters them', async () => {
    const [indices, updates] = [
      tf.tensor2d([[1], [3], [1]], undefined, 'int32'),
      tf.tensor1d([5, 7, 2], 'int32'),
    ];
    const y = tf.scatterND(indices, updates, [4]);
    expect([...(await y.data())]).toEqual([0, 7, 0, 7]);
    tf.dispose([indices, updates, y]);
  });
});

describe('a lost device', () => {
  it('is told, and replaced by useBackend', async () => {
    const [used, read] = [tf.add(tf.tensor1d([1, 2]), 1), tf.add(tf.tensor1d([3]), 1)];
    await read.data();
    const { numTensors } = tf.memory();
    const lost = backendLost();
    const device = backend().device;
    device.destroy();

    const words =
      /the device was lost \(.*\)\. Call `await useBackend\('webgpu'\)` for a new one; what was on the lost one is gone\.$/;
    await expect(lost).rejects.toThrow(words);
    await expect(used.data()).rejects.toThrow(words);
    expect(() => tf.add(used, 1)).toThrow(words);

    await useBackend('webgpu');
    expect(backend().device).not.toBe(device);
    await expectToWork();
    expect(() => tf.add(used, 1)).toThrow(words);
    const moved = tf.add(read, 1);
    expect([...(await moved.data())]).toEqual([5]);
    expect(tf.memory().numTensors).toBe(numTensors + 1);
    tf.dispose([used, read, moved]);
    expect(tf.memory().numTensors).toBe(numTensors - 2);
  });
});

describe('buffers', () => {
  it('stay as many over 1 000 training steps', async () => {
    const w = tf.variable(tf.tensor1d([3, -2]));
    const optimizer = tf.train.momentum(1e-3, 0.9);
    const after: unknown[] = [];
    for (let step = 1; step <= 1000; step++) {
      optimizer.minimize(() => tf.sum(tf.square(w)));
      if (step % 250 !== 0) continue;
      await w.data();
      after.push(tf.memory());
    }
    expect(after.slice(1)).toEqual(new Array(3).fill(after[0]));
    optimizer.dispose();
    w.dispose();
  });
});
