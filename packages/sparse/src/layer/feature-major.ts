import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { swapLayout } from '../product/product.ts';

/** Beyond this the batch-major products are taken, which go through the batch in runs that fit the cache. */
const MOST_EXAMPLES = 128;

/** What the engine knows of the call that runs. */
interface EngineState {
  readonly activeScope?: object | null;
  readonly activeTape?: object | null;
  readonly gradientDepth: number;
}

/** Activations as [features, batch], and the tape on which they were made. */
interface Form {
  readonly tensor: Tensor;
  readonly tape: object | null | undefined;
  readonly depth: number;
}

/** What sparse layers gave, feature-major, by the batch-major tensor that everybody sees. */
const forms = new WeakMap<Tensor, Form>();

/**
 * Whether feature-major activations are faster here: the products of WASM then need no transpose on either side. Without a
 * scope nobody would dispose of them.
 */
export function prefersFeatureMajor(batch: number): boolean {
  return tf.getBackend() === 'wasm' && batch > 1 && batch <= MOST_EXAMPLES && state().activeScope != null;
}

/** The feature-major form that a sparse layer left of these activations. */
export function featureMajorOf(x: Tensor): Tensor | null {
  const form = forms.get(x);
  if (!form || form.tensor.isDisposed) return null;
  // A gradient with respect to x itself would not find its way past x.
  const { activeTape, gradientDepth } = state();
  return form.tape === activeTape && form.depth === gradientDepth ? form.tensor : null;
}

/** Activations [batch, features] as [features, batch]. */
export function toFeatureMajor(x: Tensor): Tensor {
  return featureMajorOf(x) ?? swapLayout({ x }, {});
}

/** Leaves the feature-major form of some activations to the layers that they feed. */
export function leaveFeatureMajor(x: Tensor, tensor: Tensor): void {
  const { activeTape, gradientDepth } = state();
  forms.set(x, { tensor, tape: activeTape, depth: gradientDepth });
}

function state(): EngineState {
  return (tf.engine() as unknown as { readonly state: EngineState }).state;
}
