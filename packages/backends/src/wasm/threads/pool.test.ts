import { type WasmKernels, wasmModule } from '@arborize/core';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, expect, it } from 'vitest';
import { useBackend } from '../../use-backend.ts';
import { wasm } from '../optimizer.as.generated.ts';
import { type ProductExports, productCode } from '../product.ts';
import { cutProducts } from './cut-products.ts';
import { startPool } from './pool.ts';

const SIZE = 96;

let kernels: WasmKernels<ProductExports>;
beforeAll(async () => {
  await useBackend('wasm', { threads: 2 });
  kernels = productCode.on(tf.backend())!;
});

/** The product of two matrices of ones in four pieces, by one worker and a main thread so slow that it gets some. */
async function product(module: WebAssembly.Module) {
  let computed = 0;
  const exports: ProductExports = {
    ...kernels.exports,
    gemm(...call) {
      idle(100);
      kernels.exports.gemm(...call);
      computed++;
    },
  };
  const problems: string[] = [];
  const pool = startPool(kernels.memory, 1, (problem) => problems.push(problem));
  const [a, b] = [tf.ones([SIZE, SIZE]), tf.ones([SIZE, SIZE])];
  const y = tf.zeros([SIZE, SIZE]);
  const [aAt, bAt, yAt] = kernels.addresses(a, b, y);
  const bytes = kernels.exports.gemmScratch(SIZE, SIZE, SIZE);
  const pieces = cutProducts([[aAt, SIZE, 1, bAt, SIZE, 1, yAt, SIZE, SIZE, SIZE]], 2);
  kernels.withScratch(2 * bytes, (at) =>
    pool.run({ ...kernels, exports, module }, 'gemm', pieces, { at, bytes }),
  );
  const values = await y.data();
  tf.dispose([a, b, y]);
  pool.stop();
  return { values: [...new Set(values)], computed, pieces: pieces.length, problems };
}

it('workers compute what the main thread has no time for', async () => {
  const { values, computed, pieces, problems } = await product(kernels.module);
  expect(values).toEqual([SIZE]);
  expect(computed).toBeLessThan(pieces);
  expect(problems).toEqual([]);
});

it('the main thread computes what a worker leaves that dies at work, and says so once', async () => {
  const { values, computed, pieces, problems } = await product(trap());
  expect(values).toEqual([SIZE]);
  expect(computed).toBeGreaterThanOrEqual(pieces);
  expect(problems).toEqual(['a worker ended while it computed']);
});

it('workers call functions of other modules', async () => {
  const pool = startPool(kernels.memory, 1, () => {});
  pool.ready();
  const descent = wasmModule(wasm).on(tf.backend())!;
  const [w, g, rate] = [tf.ones([64]), tf.ones([64]), tf.scalar(2)];
  const y = tf.zeros([64]);
  const [wAt, gAt, yAt, rateAt] = kernels.addresses(w, g, y, rate);
  const calls = Array.from({ length: 16 }, (_, i) => [
    wAt + 16 * i,
    gAt + 16 * i,
    yAt + 16 * i,
    4,
    1,
    rateAt,
  ]);
  // Often enough for both threads to have had parts.
  for (let round = 0; round < 50; round++) pool.run(descent, 'descend', calls);
  expect([...new Set(await y.data())]).toEqual([3]);
  pool.stop();
  tf.dispose([w, g, rate, y]);
});

it('workers that have nothing to do fall asleep, and get a task if they are woken', async () => {
  const pool = startPool(kernels.memory, 1, () => {});
  const pieces = 4;
  const calls = Array.from({ length: pieces }, () => [0, 0]);
  function run(wake: boolean): number {
    let computed = 0;
    const exports = {
      clearFloats() {
        idle(100);
        computed++;
      },
    };
    pool.run({ ...kernels, exports }, 'clearFloats', calls, undefined, wake);
    return computed;
  }
  pool.ready();
  while (pool.asleep === 0) idle(1);
  expect(run(false)).toBe(pieces);
  expect(pool.asleep).toBe(1);
  expect(run(true)).toBeLessThan(pieces);
  pool.stop();
});

it('the main thread rests from sharing after it has waited for a worker much longer than it computed itself', () => {
  const pool = startPool(kernels.memory, 1, () => {});
  const flag = tf.zeros([1], 'int32');
  const at = kernels.address(flag);
  const heap = new Int32Array(kernels.memory.buffer);
  // The worker's call sets the flag and goes on for some hundred milliseconds, for this one that is all.
  const exports = {
    slow() {
      while (Atomics.load(heap, at / 4) === 0) idle(1);
    },
  };
  pool.ready();
  expect(pool.restsUntil).toBe(0);
  pool.run({ ...kernels, exports, module: slow() }, 'slow', [[at], [at]]);
  expect(pool.restsUntil).toBeGreaterThan(performance.now());
  pool.stop();
  flag.dispose();
});

/** Waits without a core. */
function idle(milliseconds: number) {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds);
}

/** A module that exports `name`, a function of so many addresses with this code, on a shared memory. */
function assemble(name: string, parameters: number, ...code: number[]): WebAssembly.Module {
  const text = (word: string) => [word.length, ...new TextEncoder().encode(word)];
  const section = (id: number, ...bytes: number[]) => [id, bytes.length, ...bytes];
  return new WebAssembly.Module(
    Uint8Array.from([
      ...[0, ...new TextEncoder().encode('asm'), 1, 0, 0, 0],
      ...section(1, 1, 0x60, parameters, ...Array(parameters).fill(0x7f), 0),
      ...section(2, 1, ...text('env'), ...text('memory'), 2, 3, 0, 0x80, 0x80, 4),
      ...section(3, 1, 0),
      ...section(7, 1, ...text(name), 0, 0),
      ...section(10, 1, code.length, ...code),
    ]),
  );
}

const trap = () => assemble('gemm', 12, ...[0, 0, 0x0b]);

/** Stores 1 at its address, then counts down from 300 million. */
const slow = () =>
  assemble(
    'slow',
    1,
    ...[1, 1, 0x7f, ...[0x20, 0, 0x41, 1, 0x36, 2, 0], ...[0x41, 0x80, 0xc6, 0x86, 0x8f, 0x1, 0x21, 1]],
    ...[0x03, 0x40, ...[0x20, 1, 0x41, 0x7f, 0x6a, 0x22, 1, 0x0d, 0], 0x0b, 0x0b],
  );
