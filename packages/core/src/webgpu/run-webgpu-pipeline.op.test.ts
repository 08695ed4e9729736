import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { expectNoTensorLeak, onlyOn } from '../testing.ts';
import { runWebgpuPipeline } from './run-webgpu-pipeline.ts';

const sinAndCos = (x: tf.Tensor) =>
  runWebgpuPipeline(tf.backend(), {
    key: 'test_sin_cos',
    code: `
      @group(0) @binding(0) var<storage, read> x : array<f32>;
      @group(0) @binding(1) var<storage, read_write> sines : array<f32>;
      @group(0) @binding(2) var<storage, read_write> cosines : array<f32>;
      @group(0) @binding(3) var<uniform> scale : f32;
      @compute @workgroup_size(64) fn main(@builtin(global_invocation_id) id : vec3<u32>) {
        if (id.x < arrayLength(&x)) {
          sines[id.x] = sin(scale * x[id.x]);
          cosines[id.x] = cos(scale * x[id.x]);
        }
      }`,
    inputs: [x],
    outputs: [
      { shape: x.shape, dtype: 'float32' },
      { shape: x.shape, dtype: 'float32' },
    ],
    uniforms: new Float32Array([2]).buffer,
    workgroups: [Math.ceil(x.size / 64), 1, 1],
  }).map((info) => tf.engine().makeTensorFromTensorInfo(info)) as [tf.Tensor, tf.Tensor];

describe('runWebgpuPipeline', () => {
  onlyOn(['webgpu'], 'WebGPU pipelines');

  it('fills several outputs, in order with the kernels around it', async () => {
    const x = tf.mul(tf.tensor1d([0, 0.5, 1]), 2);
    const [sines, cosines] = sinAndCos(x);
    const one = tf.add(tf.square(sines), tf.square(cosines));
    expect(await sines.data()).toBeAllClose([0, Math.sin(2), Math.sin(4)]);
    expect(await one.data()).toBeAllClose([1, 1, 1]);
    tf.dispose([x, sines, cosines, one]);
  });

  it('updates a tensor in place, also after it was read', async () => {
    const x = tf.add(tf.tensor1d([1, 2]), 0);
    await x.data();
    runWebgpuPipeline(tf.backend(), {
      key: 'test_double',
      code: `
        @group(0) @binding(0) var<storage, read_write> x : array<f32>;
        @compute @workgroup_size(64) fn main(@builtin(global_invocation_id) id : vec3<u32>) {
          if (id.x < arrayLength(&x)) { x[id.x] = 2.0 * x[id.x]; }
        }`,
      inputs: [],
      outputs: [],
      updates: [x],
      workgroups: [1, 1, 1],
    });
    expect(await x.data()).toBeAllClose([2, 4]);
    x.dispose();
  });

  it('gives empty outputs for empty inputs and leaves nothing behind', async () => {
    const empty = sinAndCos(tf.zeros([0]));
    expect([...(await empty[0].data())]).toEqual([]);
    tf.dispose(empty);
    const x = tf.ones([100]);
    await expectNoTensorLeak(() => tf.dispose(sinAndCos(x)));
    x.dispose();
  });
});
