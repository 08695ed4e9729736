import type { Tensor } from '@tensorflow/tfjs-core';

/** A dropout mask by its seed and rate: see `keepMask` of the core. `dropped` is 0 for none. */
export interface MaskCall {
  readonly seed: number;
  readonly dropped: number;
  readonly scale: number;
}

/** Sizes of one level: every unit has `nodes` nodes with `branches` inputs each, for each of `lanes` rows. */
export interface LevelShape {
  readonly lanes: number;
  readonly nodes: number;
  readonly branches: number;
  readonly units: number;
}

/** Of a level with a kernel [units, nodes, branches]. */
export function shapeOfKernel(kernel: Tensor, lanes: number): LevelShape {
  const [units, nodes, branches] = kernel.shape as [number, number, number];
  return { lanes, nodes, branches, units };
}

/** Of a level of that many inputs with a result [units, nodes, lanes]. */
export function shapeOfResult(inputs: number, result: Tensor): LevelShape {
  const [units, nodes, lanes] = result.shape as [number, number, number];
  return { lanes, nodes, branches: inputs / nodes, units };
}
