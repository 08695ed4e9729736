import type { KernelFunc } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';

const ours = new WeakSet<KernelFunc>();

/**
 * Puts a kernel of ours in the place of the stock one, which `repair` gets, or `undefined` where there is none. Doing so
 * again changes nothing.
 */
export function replaceKernel(
  backendName: string,
  kernelName: string,
  repair: (stock: KernelFunc | undefined) => KernelFunc,
): void {
  const stock = tf.getKernel(kernelName, backendName) as tf.KernelConfig | undefined;
  if (stock && ours.has(stock.kernelFunc)) return;
  const kernelFunc = repair(stock?.kernelFunc);
  ours.add(kernelFunc);
  // Registering over a kernel warns on the console; the stock set-up is kept for calls that the stock kernel takes.
  if (stock) tf.unregisterKernel(kernelName, backendName);
  tf.registerKernel({ ...stock, kernelName, backendName, kernelFunc });
}
