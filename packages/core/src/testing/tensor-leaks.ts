import * as tf from '@tensorflow/tfjs-core';

/** What a TensorFlow binding counts besides TensorFlow.js's own tensors. */
interface HandleCount {
  binding?: { getNumOfTensors?(): number };
}

function count(): { tensors: number; handles: number } {
  const { binding } = tf.backend() as HandleCount;
  return { tensors: tf.memory().numTensors, handles: binding?.getNumOfTensors?.() ?? 0 };
}

/**
 * Runs `step` ten times after a warm-up and fails if tensors, or native handles, are left behind.
 *
 * @param step Disposes of whatever it returns or keeps; may be asynchronous.
 */
export async function expectNoTensorLeak(step: () => unknown): Promise<void> {
  await step();
  const before = count();
  for (let i = 0; i < 10; i++) await step();
  const after = count();
  if (after.tensors !== before.tensors || after.handles !== before.handles) {
    throw new Error(
      `10 steps left ${after.tensors - before.tensors} tensors and ${after.handles - before.handles} handles behind`,
    );
  }
}
