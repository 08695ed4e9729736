import * as tf from '@tensorflow/tfjs-core';
import { BackendError } from '../backend-error.ts';
import { type BackendOptions, type Device, isNode } from '../device.ts';
import { fuseOptimizers } from '../wasm/fuse-optimizers.ts';
import { gemmModule } from '../wasm/gemm.ts';
import { guardMemory } from '../wasm/guard-memory.ts';
import { fuseLosses } from '../wasm/losses/fuse-losses.ts';
import { fuseMeanGradient } from '../wasm/losses/mean-gradient.ts';
import { fuseSoftmaxGradient } from '../wasm/losses/softmax-gradient.ts';
import { registerTrainingKernels } from '../wasm/register-training-kernels.ts';
import { fuseReluGradient } from '../wasm/relu-gradient.ts';
import { repairMatMul } from '../wasm/repair-mat-mul.ts';
import { runDirectly } from '../wasm/run-directly.ts';
import { saveByReference } from '../wasm/save-by-reference.ts';
import { startBackend } from '../wasm/start-backend.ts';
import { startThreads, threadsWanted } from '../wasm/threads/start-threads.ts';
import { threadsOf } from '../wasm/threads/threads.ts';

/** Why there is only one thread, where more were wanted. */
let oneThread: string | undefined;
const prepared = new WeakSet<tf.KernelBackend>();

/** The stock WASM backend, repaired: nothing to install, and products of every form are fast and right. */
export const wasm: Device = {
  name: 'wasm',
  registered: 'wasm',
  async load({ wasmPaths, threads }: BackendOptions) {
    if (typeof WebAssembly === 'undefined') {
      throw new BackendError('wasm', 'this JavaScript engine has no WebAssembly', "Use 'cpu'.");
    }
    const { setWasmPaths } = await import('@tensorflow/tfjs-backend-wasm');
    // The paths count only until the backend exists.
    if (!('wasm' in tf.engine().registry)) {
      if (wasmPaths) setWasmPaths(wasmPaths as string);
      else if (isNode()) setWasmPaths(await folderInNode());
    }
    repairMatMul();
    registerTrainingKernels();
    fuseOptimizers();
    fuseLosses();
    fuseMeanGradient();
    fuseSoftmaxGradient();
    fuseReluGradient();
    runDirectly();
    saveByReference();
    const wanted = threadsWanted(threads);
    const problem = await startBackend(wanted > 1);
    if (tf.getBackend() !== 'wasm') return;
    const backend = tf.backend();
    guardMemory(backend);
    if (prepared.has(backend) && threads === undefined) return;
    prepared.add(backend);
    oneThread = problem ?? startThreads(backend, wanted);
  },
  async describe() {
    const { getThreadsCount } = await import('@tensorflow/tfjs-backend-wasm');
    const [simd, threaded] = await Promise.all([
      tf.env().getAsync('WASM_HAS_SIMD_SUPPORT'),
      tf.env().getAsync('WASM_HAS_MULTITHREAD_SUPPORT'),
    ]);
    const threads = threaded ? getThreadsCount() : threadsOf(tf.backend()).count;
    const relaxed = gemmModule.on(tf.backend())?.relaxed;
    const features = [
      simd ? 'simd' : [],
      relaxed ? 'relaxed-simd' : [],
      threaded || threads > 1 ? 'threads' : [],
    ].flat();
    const words = [
      simd ? `${relaxed ? 'relaxed ' : ''}SIMD` : [],
      threads === 1 ? '1 thread' : `${threads} threads`,
      oneThread ? `no more because ${oneThread}` : [],
    ].flat();
    return { device: `WebAssembly (${words.join(', ')})`, software: false, features, threads };
  },
};

async function folderInNode(): Promise<string> {
  const { createRequire } = process.getBuiltinModule('node:module');
  const main = createRequire(import.meta.url).resolve('@tensorflow/tfjs-backend-wasm');
  return main.replace(/[^/\\]+$/, '');
}
