import { Random } from '@arborize/core';
import { onlyOn } from '@arborize/core/testing';
import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { afterEach, describe, expect, it } from 'vitest';
import { providedKernels } from './provide-kernel.ts';
import { type DrawnCall, type DrawnInput, drawValues, kernelTable } from './testing/kernel-table.ts';

onlyOn(['wasm'], 'random calls of WASM kernels, against cpu');

const CALLS = 60;

afterEach(() => tf.setBackend('wasm'));

/** A tensor that is the result of a transpose and of a reshape, as a kernel may be given. */
function asView(input: DrawnInput, seed: number): tf.Tensor {
  const { shape, dtype = 'float32' } = input;
  const tensor = tf.tensor(drawValues(input, seed), [...shape], dtype);
  if (seed % 2 === 0 || dtype === 'bool') return tensor;
  const axes = shape.map((_, i) => shape.length - 1 - i);
  return tf.reshape(tf.transpose(tf.transpose(tensor, axes), axes), [...shape]);
}

async function run(backend: string, name: string, { inputs, attrs }: DrawnCall) {
  await tf.setBackend(backend);
  const results = tf.tidy(() => {
    const tensors = Object.entries(inputs).map(([input, drawn], i) => [input, asView(drawn, i + 1)] as const);
    const named = Array.isArray(inputs) ? tensors.map(([, tensor]) => tensor) : Object.fromEntries(tensors);
    return [
      tf.engine().runKernel(name, named as tf.NamedTensorMap, attrs as tf.NamedAttrMap),
    ].flat() as tf.Tensor[];
  });
  const read = await Promise.all(
    results.map(async (result) => ({ ...result, shape: result.shape, values: await result.data() })),
  );
  tf.dispose(results);
  return read;
}

describe('kernels: random calls against cpu', () => {
  it.each(Object.entries(kernelTable))('%s', async (name, draw) => {
    for (let seed = 0; seed < CALLS; seed++) {
      const call = draw(new Random(seed));
      const expected = await run('cpu', name, call);
      const actual = await run('wasm', name, call);
      const message = `seed ${seed}: ${JSON.stringify(call)}`;
      expect(actual.length, message).toBe(expected.length);
      for (const [i, { shape, dtype, values }] of expected.entries()) {
        expect([actual[i]!.shape, actual[i]!.dtype], message).toEqual([shape, dtype]);
        expect(actual[i]!.values, message).toBeAllClose(values, { absolute: 1e-4, relative: 1e-4 });
      }
    }
  });

  it('covers every kernel that is provided', () => {
    expect(providedKernels().sort()).toEqual(Object.keys(kernelTable).sort());
  });
});
