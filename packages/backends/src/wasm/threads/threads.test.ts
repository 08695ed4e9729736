import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { describeBackend, useBackend } from '../../use-backend.ts';
import { gemmModule } from '../gemm.ts';
import { noise64, toTensor } from '../testing/noise.ts';
import { useAllThreads } from './testing/use-all-threads.ts';
import { threadsOf } from './threads.ts';

beforeAll(async () => {
  await useBackend('wasm', { threads: 3 });
});

/** What `f` returns on one thread, and on three that are all up and take parts of every product. */
async function onOneAndOnThree(f: () => tf.Tensor): Promise<[one: Float32Array, three: Float32Array]> {
  const run = async () => {
    const y = tf.tidy(f);
    const values = await y.data<'float32'>();
    y.dispose();
    return values;
  };
  const threads = threadsOf(tf.backend());
  threads.set(1);
  const one = await run();
  useAllThreads(3);
  return [one, await run()];
}

function sameBits(a: tf.TypedArray, b: tf.TypedArray): boolean {
  return Buffer.from(a.buffer).equals(Buffer.from(b.buffer));
}

const shapes: [m: number, k: number, n: number, batch?: number[]][] = [
  [1, 1, 1],
  [1, 300, 17],
  [17, 300, 1],
  [6, 8, 8],
  [13, 100, 17],
  [64, 64, 64],
  [193, 257, 65],
  [65, 513, 193],
  [200, 30, 1000],
  [1000, 30, 200],
  [7, 9, 11, [2]],
  [5, 300, 9, [2, 3]],
  [4, 4, 4, [100]],
];
const forms = [false, true].flatMap((a) => [false, true].map((b) => [a, b] as const));

describe('closed form', () => {
  it('describeBackend names the threads', () => {
    const { threads, features, device } = describeBackend();
    expect(threads).toBe(3);
    expect(features).toContain('threads');
    expect(device).toContain('3 threads');
  });
});

describe('against reference', () => {
  it.each(shapes)(
    'a product %i×%i·%i of %o has the bits that one thread gives',
    async (m, k, n, batch = []) => {
      for (const [transposeA, transposeB] of forms) {
        const a = toTensor(noise64([...batch, ...(transposeA ? [k, m] : [m, k])], 1));
        const b = toTensor(noise64([...batch, ...(transposeB ? [n, k] : [k, n])], 2));
        const [one, three] = await onOneAndOnThree(() => tf.matMul(a, b, transposeA, transposeB));
        expect(sameBits(one, three)).toBe(true);
        tf.dispose([a, b]);
      }
    },
  );

  it('batches that broadcast, a fused product, and the gradients of pools and ReLU have them, too', async () => {
    const [a, b, bias] = [[3, 40, 50], [1, 50, 60], [60]].map((shape, i) => toTensor(noise64(shape, i)));
    const fused = () => tf.fused.matMul({ a: a!, b: b!, bias: bias!, activation: 'relu' });
    const images = toTensor(noise64([4, 12, 12, 3], 4));
    const pooled = () => {
      const pools = (x: tf.Tensor) =>
        tf.add(tf.maxPool(x as tf.Tensor4D, 3, 2, 'same'), tf.avgPool(x as tf.Tensor4D, 3, 2, 'same'));
      return tf.grad((x) => pools(tf.relu(x)))(images);
    };
    for (const f of [fused, pooled]) {
      const [one, three] = await onOneAndOnThree(f);
      expect(sameBits(one, three)).toBe(true);
    }
    tf.dispose([a, b, bias, images]);
  });

  it.each<[why: string, x: number[], filter: number[]]>([
    ['blocks and images for all threads', [3, 16, 16, 5], [3, 3, 5, 33]],
    ['fewer images than threads', [2, 16, 20, 5], [3, 3, 5, 33]],
    ['one block', [1, 15, 16, 5], [3, 3, 5, 33]],
    ['patches that are the image', [1, 15, 16, 32], [1, 1, 32, 33]],
    ['more blocks than pieces at once', [5, 30, 40, 5], [3, 3, 5, 33]],
    ['a forward pass by the stock kernel', [4, 12, 12, 3], [3, 3, 3, 8]],
  ])('so have convolutions and their gradients: %s', async (_, ...shapes) => {
    const operands = [...shapes, shapes[1]!.slice(-1)].map((shape, i) => toTensor(noise64(shape, i)));
    const [x, filter, bias] = operands as [tf.Tensor4D, tf.Tensor4D, tf.Tensor1D];
    const fused = () =>
      tf.fused.conv2d({ x, filter, bias, strides: 1, pad: 'same', activation: 'relu' }) as tf.Tensor;
    const gradients = [0, 1].map((i) => () => {
      const dy = tf.ones([...x.shape.slice(0, 3), filter.shape[3]]);
      const convolve = (x: tf.Tensor, w: tf.Tensor) =>
        tf.conv2d(x as tf.Tensor4D, w as tf.Tensor4D, 1, 'same');
      return tf.grads(convolve)([x, filter], dy)[i]!;
    });
    for (const f of [fused, ...gradients]) {
      const [one, three] = await onOneAndOnThree(f);
      expect(sameBits(one, three)).toBe(true);
    }
    tf.dispose(operands);
  });
});

describe('against reference: kernels that wait for memory', () => {
  it.each([
    ['rows and a bias', [37, 65]],
    ['a bias of one number', [500, 1]],
    ['fewer rows than threads', [2, 3, 500]],
  ])('%s, ReLU and sums have the bits that one thread gives', async (_, shape) => {
    const [x, bias] = [toTensor(noise64(shape, 1)), toTensor(noise64(shape.slice(-1), 2))];
    for (const f of [
      () => tf.add(x, bias),
      () => tf.mul(x, x),
      () => tf.div(bias, x),
      () => tf.sub(x, 2),
      () => tf.relu(x),
      () => tf.sum(x, 0),
      () => tf.sum(x, -1),
      () => tf.mean(x),
    ]) {
      const [one, three] = await onOneAndOnThree(f);
      expect(sameBits(one, three)).toBe(true);
    }
    tf.dispose([x, bias]);
  });
});

describe('against reference: optimisers', () => {
  it.each([
    ['Adam', () => tf.train.adam(0.1)],
    ['momentum', () => tf.train.momentum(0.1, 0.9)],
    ['SGD', () => tf.train.sgd(0.1)],
  ])('%s has the bits that one thread gives', async (_, make) => {
    const [start, target] = [toTensor(noise64([37, 11], 1)), toTensor(noise64([37, 11], 2))];
    const trained = () => {
      const weights = tf.variable(start, true);
      const optimizer = make();
      for (let step = 0; step < 3; step++)
        optimizer.minimize(() => tf.sum(tf.square(tf.sub(weights, target))), false, [weights]);
      const result = tf.clone(weights);
      weights.dispose();
      optimizer.dispose();
      return result;
    };
    const [one, three] = await onOneAndOnThree(trained);
    expect(sameBits(one, three)).toBe(true);
    tf.dispose([start, target]);
  });
});

describe('edges', () => {
  it('workers see a heap that has grown', async () => {
    useAllThreads(3);
    const bytes = () => gemmModule.on(tf.backend())!.memory.buffer.byteLength;
    const before = bytes();
    const ballast = tf.zeros([before / 4]);
    expect(bytes()).toBeGreaterThan(before);
    // Behind the ballast, where there was no memory when the workers started.
    const [a, b] = [toTensor(noise64([128, 200], 1)), toTensor(noise64([200, 128], 2))];
    const y = tf.matMul(a, b);
    const values = await y.data();
    threadsOf(tf.backend()).set(1);
    expect(sameBits(values, await tf.matMul(a, b).data())).toBe(true);
    tf.dispose([ballast, a, b, y]);
  });

  it('small tasks stay on one thread, larger ones until there were enough to wake the workers', () => {
    const threads = threadsOf(tf.backend());
    const { memory } = gemmModule.on(tf.backend())!;
    threads.stop();
    threads.set(3);
    for (let i = 0; i < 1000; i++) expect(threads.team(2 * 32 ** 3).count).toBe(1);
    let alone = 0;
    while (threads.team(2 * 96 ** 3).count === 1) alone++;
    expect(alone).toBeGreaterThan(0);
    threads.pool(memory)!.ready();
    expect(threads.team(2 * 512 ** 3).count).toBe(3);
    threads.set(1);
    expect(threads.team(2 * 512 ** 3).count).toBe(1);
  });
});

describe('memory', () => {
  it('a threaded product leaves nothing behind but its result', () => {
    useAllThreads(3);
    const [a, b] = [tf.ones([100, 100]), tf.ones([100, 100])];
    const before = tf.memory().numTensors;
    tf.matMul(a, b).dispose();
    expect(tf.memory().numTensors).toBe(before);
    tf.dispose([a, b]);
  });
});

describe('errors', () => {
  it.each([0, 1.5, -1, 65, Number.NaN, '2'])('useBackend refuses %s threads', async (threads) => {
    await expect(useBackend('wasm', { threads: threads as number })).rejects.toThrow(
      /^useBackend: options.threads must be an integer from 1 to 64, got /,
    );
  });
});

it('the workers end with the backend', async () => {
  const stop = vi.spyOn(threadsOf(tf.findBackend('wasm')), 'stop');
  await useBackend('cpu');
  tf.removeBackend('wasm');
  expect(stop).toHaveBeenCalled();
});
