import { onlyOn } from '@arborize/core/testing';
import * as tf from '@tensorflow/tfjs-core';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { OutOfMemoryError } from '../out-of-memory-error.ts';

onlyOn(['wasm'], 'the heap of WASM');

afterEach(() => {
  vi.restoreAllMocks();
});

const counts = () => [tf.memory().numTensors, tf.backend().numDataIds()];

function thrownBy(f: () => unknown): unknown {
  try {
    f();
  } catch (error) {
    return error;
  }
  throw new Error('nothing was thrown');
}

async function expectToWork() {
  const y = tf.tidy(() => tf.matMul(tf.tensor2d([[1, 2]]), tf.tensor2d([[3], [4]])));
  expect([...(await y.data())]).toEqual([11]);
  y.dispose();
}

describe('errors', () => {
  it.each([
    [
      'more than 32 bits address',
      40_000,
      /^mul: .* of 6\.0 GiB does not fit on 'wasm'; the largest .* Use smaller/,
    ],
    [
      'more than there is left',
      32_767,
      /^mul: .* of 4\.0 GiB does not fit on 'wasm'; the device has not .* Use smaller/,
    ],
  ])('name the op and the shape of %s, and leave nothing behind', async (_what, length, message) => {
    const [column, row] = [tf.ones([length, 1]), tf.ones([1, length])];
    // So that not all of 4 GiB is left.
    const ballast = tf.ones([2 ** 18]);
    const before = counts();
    const error = thrownBy(() => tf.mul(column, row));
    expect(error).toBeInstanceOf(OutOfMemoryError);
    expect(error).toMatchObject({
      op: 'mul',
      shape: [length, length],
      message: expect.stringMatching(message),
    });
    expect(thrownBy(() => tf.matMul(column, row))).toMatchObject({ op: 'matMul', shape: [length, length] });
    expect(counts()).toEqual(before);
    tf.dispose([column, row, ballast]);
    await expectToWork();
  });

  it('come before 4 GiB, where the stock allocator hands out blocks that end beyond them', async () => {
    const backend = tf.backend();
    const block = (mebibytes: number) => backend.write(null as never, [mebibytes * 2 ** 18], 'float32');
    const free = (blocks: object[]) => {
      for (const each of blocks) backend.disposeData(each);
    };
    const values = Array.from({ length: 1000 }, (_, i) => i);
    const kept = [tf.tensor1d(values)];
    const before = counts();
    const blocks: object[] = [];
    const error = thrownBy(() => {
      for (;;) blocks.push(block(64));
    });
    expect(error).toBeInstanceOf(OutOfMemoryError);
    expect(blocks.length).toBeGreaterThan(50);
    kept.push(tf.tensor1d(values));

    // Free memory at the very top: 192 MiB from there on would end beyond 4 GiB.
    free(blocks.splice(-2));
    for (let i = 0; i < 3; i++) expect(thrownBy(() => block(192))).toBeInstanceOf(OutOfMemoryError);
    blocks.push(block(64), block(32));

    // Where there is room further down, it is found.
    free(blocks.splice(10, 4));
    free(blocks.splice(-2));
    blocks.push(block(192));
    expect(thrownBy(() => block(192))).toBeInstanceOf(OutOfMemoryError);

    for (const each of kept) expect([...(await each.data())]).toEqual(values);
    await expectToWork();
    free(blocks);
    kept.pop()!.dispose();
    expect(counts()).toEqual(before);
    kept.pop()!.dispose();
  });

  it('free the result where there is no room left for scratch memory', async () => {
    const x = tf.ones([4, 4]);
    const before = counts();
    const { wasm } = tf.backend() as unknown as { wasm: { _malloc(bytes: number): number } };
    const { _malloc } = wasm;
    vi.spyOn(wasm, '_malloc')
      .mockImplementationOnce(_malloc)
      .mockImplementationOnce(() => _malloc(2 ** 33));
    expect(thrownBy(() => tf.matMul(x, x))).toBeInstanceOf(OutOfMemoryError);
    expect(counts()).toEqual(before);
    x.dispose();
    await expectToWork();
  });
});
