import * as tf from '@tensorflow/tfjs-core';
import { isOwnBackend } from './webgpu/own-backend.ts';

/**
 * A promise that is rejected when the active backend loses its device, and never settles otherwise. Only WebGPU loses
 * devices: to a driver that is updated or crashes, a laptop that changes its graphics card, a kernel that takes too long.
 *
 * After a loss `useBackend('webgpu')` makes a new device. What was on the lost one is gone: a tensor from before can be
 * disposed of, and read or used only if its values were read before; else that throws the same error. So load the model
 * again, from a checkpoint if it was in training.
 *
 * @returns It is rejected with a `BackendError` that tells the reason and the remedy.
 * @example
 * backendLost().catch(async (error) => {
 *   console.warn(error.message);
 *   await useBackend('webgpu');
 *   await loadModelAgain();
 * });
 */
export function backendLost(): Promise<never> {
  const backend = tf.backend();
  return isOwnBackend(backend) ? backend.whenLost : new Promise<never>(() => {});
}
