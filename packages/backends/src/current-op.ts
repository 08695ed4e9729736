import * as tf from '@tensorflow/tfjs-core';

/**
 * The name of the TensorFlow.js op that is running, for an error that is found deep inside a backend.
 *
 * @param otherwise What to call it where TensorFlow.js does not tell, as for `fill` and ops from elsewhere.
 */
export function currentOp(otherwise = 'a kernel'): string {
  const { scopeStack } = tf.engine().state as { scopeStack: { name: string }[] };
  const scope = scopeStack.findLast(({ name }) => name.endsWith(tf.OP_SCOPE_SUFFIX));
  return scope ? scope.name.slice(0, -tf.OP_SCOPE_SUFFIX.length) : otherwise;
}
