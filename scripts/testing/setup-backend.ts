import '../../packages/core/src/testing.ts';
import { type BackendName, useBackend } from '@arborize/backends';
import * as tf from '@tensorflow/tfjs-core';
import { inject } from 'vitest';
import { useAllThreads } from '../../packages/backends/src/wasm/threads/testing/use-all-threads.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** The backend that a project of the op suite runs on. */
    backend: BackendName;
  }
}

const inBrowser = typeof window !== 'undefined';
// ARBORIZE_THREADS=2: in Node, products of every size run on two threads.
const threads = Number((!inBrowser && process.env.ARBORIZE_THREADS) || 0);
const { name } = await useBackend(
  inject('backend'),
  inBrowser
    ? { wasmPaths: '/node_modules/@tensorflow/tfjs-backend-wasm/dist/' }
    : { ...(threads && { threads }) },
);

if (threads && name === 'wasm') useAllThreads(threads);

// Small tensors must run on the device under test too.
if (name === 'webgpu') tf.env().set('WEBGPU_CPU_FORWARD', false);
// Makes a kernel that leaves data behind throw. The stock WASM and TensorFlow backends copy where others count
// references, which this check takes for a leak inside every fused product with a gradient.
if (name === 'cpu' || name === 'webgpu') tf.env().set('IS_TEST', true);
