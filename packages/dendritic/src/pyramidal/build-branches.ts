import type { Tensor } from '@tensorflow/tfjs-core';
import type { Parts } from '../stock-layers/stock-layers.ts';
import { type AddWeight, stockWeights } from '../stock-layers/stock-weights.ts';
import type { branchInitializers } from './interleaved.ts';
import type { Soma } from './soma.ts';
import { type BranchProduct, interleaveSums } from './two-inputs.ts';

/** What the branches of a pyramidal layer are made of. */
export interface Branches {
  readonly soma: Soma;
  readonly initializers: ReturnType<typeof branchInitializers>;
  /** Sizes in front of a kernel's channels; none for a dense layer. */
  readonly kernelSize?: readonly number[];
  /** Channels of the one input, or of the basal and the apical one. */
  readonly inputs: readonly number[];
  readonly outputs: number;
}

/** Adds the weights of both branches to a layer, and returns what makes their sums, in turns, of its inputs. */
export function buildBranches(
  layer: Parts,
  add: AddWeight,
  { soma, initializers, kernelSize = [], inputs, outputs }: Branches,
  product: BranchProduct,
): (inputs: readonly Tensor[]) => Tensor {
  const weights = stockWeights(layer, add);
  const [basal, apical] = inputs;
  const kernels =
    apical === undefined
      ? [weights.kernel([...kernelSize, basal!, 2 * outputs], { initializer: initializers.kernel })]
      : [
          weights.kernel([...kernelSize, basal!, outputs], { initializer: initializers.basal }),
          weights.kernel([...kernelSize, apical, outputs], {
            name: 'apicalKernel',
            initializer: initializers.apical,
          }),
        ];
  const bias = layer.useBias ? weights.bias([2 * outputs]) : null;
  soma.build(outputs, weights.other);
  return (xs) => interleaveSums(xs, kernels, bias, product);
}
