import type { Optimizer, Variable } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';

interface Momentum {
  accumulations: { originalName: string; variable: Variable }[];
}

/** Gives a momentum optimiser the moments of some variables, in the order in which it meets them; they are not copied. */
export function setMoments(
  optimizer: Optimizer,
  variables: readonly Variable[],
  moments: readonly Float32Array[],
): void {
  const momentum = optimizer as unknown as Momentum;
  for (const { variable } of momentum.accumulations) variable.dispose();
  momentum.accumulations = variables.map(({ name, shape }, i) => {
    const initial = tf.tensor(moments[i]!, shape);
    const variable = tf.variable(initial, false);
    initial.dispose();
    // The name by which moments follow connections that move.
    return { originalName: `${name}/momentum`, variable };
  });
}

/** The moments of some variables; 0 where the optimiser has none yet, or never has any. */
export function momentsOf(optimizer: Optimizer, variables: readonly Variable[]): Promise<Float32Array[]> {
  const slots = (optimizer as unknown as Partial<Momentum>).accumulations ?? [];
  return Promise.all(
    variables.map(({ size }, i) => slots[i]?.variable.data<'float32'>() ?? new Float32Array(size)),
  );
}
