import * as tf from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';

/**
 * Puts the weights of a model and, if it trains, the state of its optimiser aside, and stand-ins in their place.
 *
 * @returns Brings everything back, to the bit.
 */
export function setAside(model: LayersModel, training: boolean): () => void {
  const restores = [...model.weights.map((weight) => setVariableAside(weight.read() as tf.Variable))];
  if (training) restores.push(setOptimizerAside(model.optimizer));
  return () => {
    for (const restore of restores) restore();
  };
}

function setVariableAside(variable: tf.Variable): () => void {
  const original = tf.clone(variable);
  // Values of its own, since a kernel may update a weight in place.
  assignAndDispose(variable, copy(original));
  return () => assignAndDispose(variable, original);
}

/** Optimisers have no common way to their state, but all keep it in fields: variables, lists of slots, and numbers. */
function setOptimizerAside(optimizer: tf.Optimizer): () => void {
  const fields = optimizer as unknown as Record<string, unknown>;
  const originals = Object.entries(fields);
  for (const [name, value] of originals) {
    if (value instanceof tf.Variable) fields[name] = tf.tidy(() => tf.variable(copy(value), value.trainable));
    else if (Array.isArray(value)) fields[name] = [];
    else if (value instanceof Map) fields[name] = new Map();
  }
  return () => {
    for (const [name, value] of originals) {
      if (fields[name] === value) continue;
      disposeVariables(fields[name]);
      fields[name] = value;
    }
  };
}

function disposeVariables(value: unknown): void {
  if (value instanceof tf.Variable) value.dispose();
  else if (Array.isArray(value)) for (const each of value) disposeVariables(each?.variable ?? each);
  else if (value instanceof Map) disposeVariables([...value.values()]);
}

function copy(x: tf.Tensor): tf.Tensor {
  return x.dtype === 'float32' ? tf.mul(x, 1) : tf.clone(x);
}

function assignAndDispose(variable: tf.Variable, value: tf.Tensor): void {
  variable.assign(value);
  value.dispose();
}
