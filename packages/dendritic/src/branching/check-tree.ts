import { ArgumentError, dropRate } from '@arborize/core';
import type { Tensor } from '@tensorflow/tfjs-core';
import type { DendriticTreeOptions } from './dendritic-tree.ts';

const where = 'dendriticTree';

/** What a tree's weights say about its inputs, and whether these are shared by all units. */
export interface TreeSizes {
  readonly units: number;
  readonly inputs: number;
  readonly shared: boolean;
}

/** Checks that inputs, weights and options fit each other. */
export function checkTree(
  x: Tensor,
  kernels: readonly Tensor[],
  biases: readonly Tensor[] | null,
  options: DendriticTreeOptions,
): TreeSizes {
  const demand = (holds: boolean, argument: string, got: unknown, expected: string, remedy?: string) => {
    if (!holds) throw new ArgumentError({ where, argument, got, expected, remedy });
  };
  demand(kernels.length > 0, 'kernels', kernels, 'a list of one kernel for each level');
  demand(
    biases === null || biases.length === kernels.length,
    'biases',
    biases?.length,
    `null or ${kernels.length} tensors, one for each kernel`,
  );
  const branching = kernels.map((kernel) => kernel.shape[2] ?? 0);
  const inputs = branching.reduce((a, b) => a * b, 1);
  const units = kernels[0]!.shape[0]!;
  let nodes = inputs;
  for (const [level, kernel] of kernels.entries()) {
    nodes /= branching[level]!;
    const shape = [units, nodes, branching[level]];
    demand(sameShape(kernel.shape, shape), `kernels[${level}]`, kernel, `of shape [${shape.join(', ')}]`);
    const bias = biases?.[level];
    if (bias) {
      demand(
        sameShape(bias.shape, [units, nodes]),
        `biases[${level}]`,
        bias,
        `of shape [${units}, ${nodes}]`,
      );
    }
  }
  const declared = options.branching;
  if (declared) {
    demand(
      sameShape(declared, branching),
      'options.branching',
      declared,
      `[${branching.join(', ')}], as the kernels have it`,
    );
  }
  const width = x.rank === 0 ? undefined : x.shape.at(-1)!;
  const shared = width === inputs;
  demand(
    shared || width === inputs * units,
    'x',
    x,
    `of ${inputs} inputs, or ${units} × ${inputs} for inputs of each unit's own, along its last axis`,
  );
  const { negativeSlope = 0.1, seed = 0, dropoutRate = 0, dropoutSharedAcrossUnits = false } = options;
  demand(Number.isFinite(negativeSlope), 'options.negativeSlope', negativeSlope, 'a finite number');
  demand(Number.isSafeInteger(seed), 'options.seed', seed, 'an integer');
  dropRate(where, 'options.dropoutRate', dropoutRate);
  const separate = 'false where every unit has inputs of its own';
  demand(shared || !dropoutSharedAcrossUnits, 'options.dropoutSharedAcrossUnits', true, separate);
  return { units, inputs, shared };
}

function sameShape(a: readonly (number | undefined)[], b: readonly (number | undefined)[]): boolean {
  return a.length === b.length && a.every((size, axis) => size === b[axis]);
}
