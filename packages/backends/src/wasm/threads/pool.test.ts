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
  const asleep = new Int32Array(new SharedArrayBuffer(4));
  let computed = 0;
  const exports: ProductExports = {
    ...kernels.exports,
    gemm(...call) {
      Atomics.wait(asleep, 0, 0, 300);
      kernels.exports.gemm(...call);
      computed++;
    },
  };
  const problems: string[] = [];
  const pool = startPool(kernels.memory, 1, (problem) => problems.push(problem));
  const [a, b] = [tf.ones([SIZE, SIZE]), tf.ones([SIZE, SIZE])];
  const y = tf.zeros([SIZE, SIZE]);
  const [aAt, bAt, yAt] = [a, b, y].map(kernels.address) as [number, number, number];
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
  const { values, computed, pieces, problems } = await product(new WebAssembly.Module(trap()));
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
  const [wAt, gAt, yAt, rateAt] = [w, g, y, rate].map(kernels.address) as [number, number, number, number];
  const calls = Array.from({ length: 16 }, (_, i) => [wAt + 16 * i, gAt + 16 * i, yAt + 16 * i, 4, rateAt]);
  // Often enough for both threads to have had parts.
  for (let round = 0; round < 50; round++) pool.run(descent, 'descend', calls);
  expect([...new Set(await y.data())]).toEqual([3]);
  pool.stop();
  tf.dispose([w, g, rate, y]);
});

/** (module (import "env" "memory" (memory 0 65536 shared)) (func (export "gemm") (param i32 … 12 times) unreachable)) */
function trap(): Uint8Array<ArrayBuffer> {
  const text = (word: string) => [word.length, ...new TextEncoder().encode(word)];
  const section = (id: number, ...bytes: number[]) => [id, bytes.length, ...bytes];
  return Uint8Array.from([
    ...[0, ...new TextEncoder().encode('asm'), 1, 0, 0, 0],
    ...section(1, 1, 0x60, 12, ...Array(12).fill(0x7f), 0),
    ...section(2, 1, ...text('env'), ...text('memory'), 2, 3, 0, 0x80, 0x80, 4),
    ...section(3, 1, 0),
    ...section(7, 1, ...text('gemm'), 0, 0),
    ...section(10, 1, 3, 0, 0, 0x0b),
  ]);
}
