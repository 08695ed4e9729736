// Contenders on the backends of TensorFlow.js, all in this process and switched by name.
import { createRequire } from 'node:module';
import { BackendError, useBackend } from '@arborize/backends';
import * as tf from '@tensorflow/tfjs-core';
import { concatenate } from '../data.mjs';
import { Unavailable } from './unavailable.mjs';

// One thread each, as the others have; TensorFlow reads these when it starts.
process.env.TF_NUM_INTRAOP_THREADS ??= '1';
process.env.TF_NUM_INTEROP_THREADS ??= '1';
process.env.TF_CPP_MIN_LOG_LEVEL ??= '2';

/** The names by which TensorFlow.js knows the backends that are started. */
const registered = new Map();

/**
 * Puts an unrepaired WASM backend beside ours. The package registers its backend and kernels as `wasm` and keeps the
 * WASM functions in variables of its modules, so the two must not share a copy of it: it is loaded once, renamed to
 * `stockwasm`, and forgotten by `require`, so that `useBackend('wasm')` loads and repairs another copy.
 */
function startStockWasm() {
  const require = createRequire(import.meta.url);
  const main = require.resolve('@tensorflow/tfjs-backend-wasm');
  require(main).setWasmPaths(main.replace(/[^/\\]+$/, ''));
  for (const kernel of tf.getKernelsForBackend('wasm')) {
    tf.registerKernel({ ...kernel, backendName: 'stockwasm' });
    tf.unregisterKernel(kernel.kernelName, 'wasm');
  }
  tf.registerBackend('stockwasm', tf.findBackendFactory('wasm'));
  tf.removeBackend('wasm');
  delete require.cache[main];
  registered.set('stockwasm', 'stockwasm');
}

startStockWasm();

/** Makes a backend the active one: any name and options that `useBackend` takes. Returns its description. */
export async function startBackend(name, options) {
  try {
    const description = await useBackend(name, options);
    registered.set(description.name, tf.getBackend());
    return description;
  } catch (error) {
    if (error instanceof BackendError) throw new Unavailable(error.message);
    throw error;
  }
}

/** The threads of the contender on our WASM backend before. */
let threadsNow;

async function activate(name, threads = 1) {
  const others = name === 'wasm' && threads !== threadsNow;
  if (!registered.has(name) || others) await startBackend(name, { threads });
  if (name === 'wasm') threadsNow = threads;
  await tf.setBackend(registered.get(name));
}

/**
 * A contender on one backend. `work()` is called with that backend active and returns `{ step, dispose }`; a step
 * returns, or promises, a number, a tensor or tensors that the runner disposes of. `threads` (1) is for our WASM.
 */
export function onBackend(backend, name, work, threads) {
  return {
    name,
    async start() {
      await activate(backend, threads);
      const { step, dispose } = work();
      return {
        async values() {
          await activate(backend, threads);
          const results = [await step()].flat();
          const values = await Promise.all(results.map((y) => (typeof y === 'number' ? [y] : y.data())));
          tf.dispose(results);
          return concatenate(values);
        },
        async time() {
          await activate(backend, threads);
          const begin = performance.now();
          const results = [await step()].flat();
          await finish(results);
          const milliseconds = performance.now() - begin;
          tf.dispose(results);
          return milliseconds;
        },
        async stop() {
          await activate(backend, threads);
          dispose();
        },
      };
    },
  };
}

/** Waits for a backend that computes later, by reading one element of each result. */
async function finish(results) {
  for (const y of results) {
    if (typeof y === 'number') continue;
    const first = tf.tidy(() => tf.slice(tf.reshape(y, [-1]), 0, 1));
    await first.data();
    first.dispose();
  }
}

/** The stock backends of TensorFlow.js as peers of ours, without the one that ours is. */
export function stockBackends(ours, work, { slowOnCpu = false } = {}) {
  const peers = { stockwasm: 'stock wasm', cpu: 'stock cpu', tensorflow: 'tfjs-node' };
  delete peers[ours === 'cuda' ? 'tensorflow' : ours];
  return Object.entries(peers).map(([backend, name]) => ({
    ...onBackend(backend, name, work),
    slow: slowOnCpu && backend === 'cpu',
  }));
}
