import type { Tensor } from '@tensorflow/tfjs-core';

/** A dropout mask by its seed and rate: see `keepMask` of the core. `dropped` is 0 for none. */
export interface MaskCall {
  readonly seed: number;
  readonly dropped: number;
  readonly scale: number;
}

/** Sizes of one level: every unit has `nodes` nodes with `branches` inputs each. */
export interface LevelShape {
  readonly rows: number;
  readonly nodes: number;
  readonly branches: number;
  readonly units: number;
}

/** The sizes in the order of the kernels' arguments. */
export function levelSizes({ rows, nodes, branches, units }: LevelShape): [number, number, number, number] {
  return [rows, nodes, branches, units];
}

/** From the inputs [rows, …] and a kernel [units, nodes, branches]. */
export function shapeOfKernel(inputs: Tensor, kernel: Tensor): LevelShape {
  const [units, nodes, branches] = kernel.shape as [number, number, number];
  return { rows: inputs.shape[0]!, nodes, branches, units };
}

/** From the inputs [rows, nodes · branches, …] and a result [rows, nodes, units]. */
export function shapeOfResult(inputs: Tensor, result: Tensor): LevelShape {
  const [rows, nodes, units] = result.shape as [number, number, number];
  return { rows, nodes, branches: inputs.shape[1]! / nodes, units };
}
