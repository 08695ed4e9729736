import * as tf from '@tensorflow/tfjs-core';
import { BackendError } from '../backend-error.ts';
import { type BackendOptions, type Device, isNode } from '../device.ts';
import { fuseOptimizers } from '../wasm/fuse-optimizers.ts';
import { guardMemory } from '../wasm/guard-memory.ts';
import { registerTrainingKernels } from '../wasm/register-training-kernels.ts';
import { repairMatMul } from '../wasm/repair-mat-mul.ts';

/** The stock WASM backend, repaired: nothing to install, and products of every form are fast and right. */
export const wasm: Device = {
  name: 'wasm',
  registered: 'wasm',
  async load({ wasmPaths }: BackendOptions) {
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
    await reachSharedMemory();
    if (tf.getBackend() === 'wasm') guardMemory(tf.backend());
  },
  async describe() {
    const { getThreadsCount } = await import('@tensorflow/tfjs-backend-wasm');
    const [simd, threaded] = await Promise.all([
      tf.env().getAsync('WASM_HAS_SIMD_SUPPORT'),
      tf.env().getAsync('WASM_HAS_MULTITHREAD_SUPPORT'),
    ]);
    const threads = threaded ? getThreadsCount() : 1;
    const features = [simd ? 'simd' : [], threaded ? 'threads' : []].flat();
    const device = `WebAssembly (${[...(simd ? ['SIMD'] : []), threads === 1 ? '1 thread' : `${threads} threads`].join(', ')})`;
    return { device, software: false, features, threads };
  },
};

async function folderInNode(): Promise<string> {
  const { createRequire } = process.getBuiltinModule('node:module');
  const main = createRequire(import.meta.url).resolve('@tensorflow/tfjs-backend-wasm');
  return main.replace(/[^/\\]+$/, '');
}

/**
 * Starts the backend and, where it is the threaded build, puts its memory where kernels of ours look for it: that build
 * keeps it in a closure.
 */
async function reachSharedMemory(): Promise<void> {
  const { Memory } = WebAssembly;
  let memory: WebAssembly.Memory | undefined;
  function Capturing(descriptor: WebAssembly.MemoryDescriptor) {
    memory = new Memory(descriptor);
    return memory;
  }
  WebAssembly.Memory = Capturing as unknown as typeof Memory;
  try {
    await tf.setBackend('wasm');
  } finally {
    WebAssembly.Memory = Memory;
  }
  if (!memory) return;
  const { wasm } = tf.backend() as unknown as { wasm: { asm?: object } };
  // The backend still looks up its own functions there.
  wasm.asm = Object.create(wasm.asm ?? null, { memory: { value: memory } });
}
