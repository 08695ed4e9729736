import type { Optimizer, Tensor } from '@tensorflow/tfjs-core';

/** A gradient as an optimiser gets it: the name of its variable, and no tensor where the loss does not depend on it. */
export interface NamedGradient {
  readonly name: string;
  readonly tensor: Tensor | null;
}

type Gradients = Parameters<Optimizer['applyGradients']>[0];

/**
 * The optimiser with another `applyGradients`, which gets the original one as `apply`; all else (learning rate, slots,
 * config) is the original's own.
 *
 * A proxy and not a subclass, because it has to work for every optimiser, and because saving, schedules and checkpoints
 * read the fields of the original. The original itself stays as it was.
 *
 * @param release Frees what the wrapper holds; called before the original is disposed of.
 */
export function wrapOptimizer<O extends Optimizer>(
  optimizer: O,
  applyGradients: (gradients: NamedGradient[], apply: (gradients: NamedGradient[]) => void) => void,
  release?: () => void,
): O {
  const apply = (gradients: NamedGradient[]) => optimizer.applyGradients(gradients as Gradients);
  return new Proxy(optimizer, {
    get(target, key) {
      if (key === 'dispose' && release) {
        return () => {
          release();
          target.dispose();
        };
      }
      if (key !== 'applyGradients') return Reflect.get(target, key);
      return (gradients: Gradients) => applyGradients(toList(gradients), apply);
    },
  });
}

function toList(gradients: Gradients): NamedGradient[] {
  if (Array.isArray(gradients)) return gradients;
  return Object.entries(gradients).map(([name, tensor]) => ({ name, tensor }));
}
