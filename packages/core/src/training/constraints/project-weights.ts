import { tidy, type Variable } from '@tensorflow/tfjs-core';
import type { LayerVariable } from '@tensorflow/tfjs-layers';

/** Replaces each weight that has a constraint by its projection. */
export function projectWeights(weights: readonly LayerVariable[]): void {
  for (const weight of weights) {
    if (weight.constraint == null) continue;
    const variable = weight.read() as Variable;
    tidy(() => variable.assign(weight.constraint.apply(variable)));
  }
}
