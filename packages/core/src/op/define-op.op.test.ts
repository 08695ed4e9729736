import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it, vi } from 'vitest';
import { ArgumentError } from '../errors/argument-error.ts';
import { describeOp, elementwise64, expectNoTensorLeak } from '../testing.ts';
import { defineOp } from './define-op.ts';
import { toFloatTensor } from './to-float-tensor.ts';

const scaledSquare = defineOp<{ x: Tensor }, { scale: number }, Tensor>({
  name: 'TestScaledSquare',
  check: ({ x }) => {
    if (x.rank > 3)
      throw new ArgumentError({ where: 'scaledSquare', argument: 'x', got: x, expected: 'of rank ≤ 3' });
  },
  reference: ({ x }, { scale }) => tf.mul(tf.square(x), scale),
  gradient: {
    saves: ['x'],
    of: (dy, { x }, { scale }) => ({ x: () => tf.mul(dy, tf.mul(x, 2 * scale)) }),
  },
});

describeOp('an op without kernels', {
  op: (x) => scaledSquare({ x: x! }, { scale: 3 }),
  float64: elementwise64((x) => 3 * x * x),
  shapes: [[[4, 3]], [[]], [[0, 2]]],
});

/** The sum and the difference of two inputs, by a kernel that serves pairs of equal shape only. */
function sumAndDifference(name: string, kernel: () => null | undefined) {
  const spy = vi.fn(kernel);
  const op = defineOp<{ a: Tensor; b: Tensor }, object, Tensor[]>({
    name,
    reference: ({ a, b }) => [tf.add(a, b), tf.sub(a, b)],
    kernels: Object.fromEntries(
      ['cpu', 'wasm', 'webgpu', 'tensorflow'].map((backend) => [backend, () => spy() ?? null]),
    ),
    gradient: {
      saves: [],
      of: ([sum, difference]) => ({ a: () => tf.add(sum!, difference!), b: () => tf.sub(sum!, difference!) }),
    },
  });
  return { op, spy };
}

describe('defineOp', () => {
  it('serves a declined call by the reference, with several outputs and their gradients', async () => {
    const { op, spy } = sumAndDifference('TestSumAndDifference', () => null);
    const [a, b] = [tf.tensor1d([5, 1]), tf.tensor1d([2, 3])];
    const [sum, difference] = op({ a, b }, {});
    expect(await sum!.data()).toBeAllClose([7, 4]);
    expect(await difference!.data()).toBeAllClose([3, -2]);
    expect(spy).toHaveBeenCalledTimes(1);
    const [da, db] = tf.grads((x, y) => tf.mul(op({ a: x!, b: y! }, {})[0]!, op({ a: x!, b: y! }, {})[1]!))([
      a,
      b,
    ]);
    // (a + b)(a − b) = a² − b²
    expect(await da!.data()).toBeAllClose([10, 2]);
    expect(await db!.data()).toBeAllClose([-4, -6]);
    tf.dispose([a, b, sum!, difference!, da!, db!]);
  });

  it('runs the kernel of the active backend', async () => {
    const kernel = vi.fn();
    const op = defineOp<{ x: Tensor }, object, Tensor>({
      name: 'TestKernelOfBackend',
      reference: () => tf.scalar(Number.NaN),
      kernels: {
        [tf.getBackend()]: ({ inputs }) => {
          kernel();
          return tf.tidy(() => tf.add(inputs.x, 1));
        },
      },
    });
    const y = op({ x: tf.scalar(1) }, {});
    expect(await y.data()).toBeAllClose([2]);
    expect(kernel).toHaveBeenCalledTimes(1);
  });

  it('hands saved outputs to the gradient', async () => {
    const pick = defineOp<{ x: Tensor }, object, Tensor[]>({
      name: 'TestSavesOutputs',
      reference({ x }) {
        const kept = tf.cast(tf.greater(x, 0), 'float32');
        return [tf.mul(x, kept), kept];
      },
      gradient: {
        saves: [],
        savesOutputs: true,
        of: ([dy], _, __, [, kept]) => ({ x: () => tf.mul(dy!, kept!) }),
      },
    });
    const x = tf.tensor1d([-1, 0, 2]);
    const gradient = tf.grad((x) => tf.square(pick({ x }, {})[0]!))(x);
    expect(await gradient.data()).toBeAllClose([0, 0, 4]);
    await expectNoTensorLeak(() => tf.dispose(tf.grad((x) => pick({ x }, {})[0]!)(x)));
    tf.dispose([x, gradient]);
  });

  it('registers with TensorFlow.js on the first call, and a second declaration of the name changes nothing', () => {
    const declare = () =>
      defineOp<{ x: Tensor }, object, Tensor>({ name: 'TestLazy', reference: ({ x }) => tf.neg(x) });
    const first = declare();
    expect(tf.getKernel('TestLazy', tf.getBackend())).toBeUndefined();
    first({ x: tf.scalar(1) }, {});
    const registered = tf.getKernel('TestLazy', tf.getBackend());
    const warn = vi.spyOn(console, 'warn');
    declare()({ x: tf.scalar(1) }, {});
    expect(tf.getKernel('TestLazy', tf.getBackend())).toBe(registered);
    expect(warn).not.toHaveBeenCalled();
  });

  it('checks its arguments before anything is computed', () => {
    const before = tf.memory().numTensors;
    const x = tf.zeros([1, 1, 1, 1]);
    expect(() => scaledSquare({ x }, { scale: 1 })).toThrow(
      'scaledSquare: x must be of rank ≤ 3, got a float32 tensor of shape [1, 1, 1, 1].',
    );
    x.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });
});

describe('toFloatTensor', () => {
  it('casts int32 and bool and converts numbers and arrays', async () => {
    const values = [
      tf.tensor1d([1, 2], 'int32'),
      tf.tensor1d([true, false], 'bool'),
      [1, 2],
      new Float32Array([1, 2]),
    ];
    for (const value of values) expect(toFloatTensor(value, 'f', 'x').dtype).toBe('float32');
    expect(toFloatTensor(3, 'f', 'x').shape).toEqual([]);
  });

  it('refuses text, in whatever wrapping', async () => {
    for (const value of ['a', ['a'], tf.tensor1d(['a'])]) {
      expect(() => toFloatTensor(value, 'f', 'x')).toThrow(ArgumentError);
    }
    await expectNoTensorLeak(() => expect(() => toFloatTensor(['a'], 'f', 'x')).toThrow());
  });
});
