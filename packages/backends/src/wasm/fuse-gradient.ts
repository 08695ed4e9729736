import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';

type Gradients = ReturnType<tf.GradFunc>;
type Fused = (dy: Tensor, saved: readonly Tensor[], attrs: tf.NamedAttrMap) => Gradients | null;

const ours = new WeakSet<tf.GradConfig>();

/**
 * Puts a gradient of ours in the place of the stock one while the WASM backend is active. The stock one goes on with what
 * `fused` declines with `null`, and on other backends. Doing so again changes nothing.
 */
export function fuseGradient(kernelName: string, fused: Fused): void {
  const stock = tf.getGradient(kernelName);
  if (ours.has(stock)) return;
  const gradient: tf.GradConfig = {
    ...stock,
    gradFunc: (dy, saved, attrs) =>
      (tf.getBackend() === 'wasm' && fused(dy as Tensor, saved as Tensor[], attrs)) ||
      stock.gradFunc(dy, saved, attrs),
  };
  ours.add(gradient);
  tf.unregisterGradient(kernelName);
  tf.registerGradient(gradient);
}
