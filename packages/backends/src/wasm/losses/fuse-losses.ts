import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { LayersModel } from '@tensorflow/tfjs-layers';
import { crossentropy } from './crossentropy.ts';

type Loss = (target: Tensor, output: Tensor) => Tensor;

/** What `compile` leaves in a model, which TensorFlow.js does not declare public. */
interface Compiled {
  lossFunctions: Loss[];
}

const NAME = 'categoricalCrossentropy';
const fused = new WeakSet<object>();

/**
 * Lets models that are compiled from now on with the categorical cross-entropy of tfjs-layers compute it in one pass, and
 * its gradient in another, while the WASM backend is active; on other backends nothing changes.
 */
export function fuseLosses(): void {
  const { prototype } = LayersModel;
  if (fused.has(prototype)) return;
  fused.add(prototype);
  const stock = prototype.compile;
  prototype.compile = function (args) {
    stock.call(this, args);
    const { loss } = args;
    const asked = (i: number) =>
      typeof loss === 'object' ? (Array.isArray(loss) ? loss[i] : loss[this.outputNames[i]!]) : loss;
    const compiled = this as unknown as Compiled;
    compiled.lossFunctions = compiled.lossFunctions.map((each, i) => (asked(i) === NAME ? fuse(each) : each));
  };
}

function fuse(stock: Loss): Loss {
  return (target, output) => {
    const same = tf.util.arraysEqual(target.shape, output.shape) && output.dtype === 'float32';
    if (tf.getBackend() !== 'wasm' || !same) return stock(target, output);
    const float = target.dtype === 'float32' ? target : tf.cast(target, 'float32');
    return crossentropy({ target: float, output }, { epsilon: tf.backend().epsilon() });
  };
}
