import { Initializer, type Random } from '@arborize/core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { erdosRenyi } from '../pattern/erdos-renyi.ts';
import { constantFanIn, randomTopology } from '../pattern/random-positions.ts';
import type { Topology } from '../pattern/topology.ts';
import type { SparseDenseOptions } from './sparse-dense-options.ts';

/** The number of connections that the options fix, if they do. */
export function connectionCount({ units, fanIn, connections }: SparseDenseOptions): number | undefined {
  return connections ?? (fanIn == null ? undefined : fanIn * units);
}

/** The first topology of a layer. */
export function drawTopology(inputs: number, options: SparseDenseOptions, random: Random): Topology {
  const { units, epsilon, density, fanIn } = options;
  const count = connectionCount(options);
  if (fanIn != null && count === fanIn * units) return constantFanIn(inputs, units, fanIn, random);
  if (count !== undefined) return randomTopology(inputs, units, count, random);
  const amount = density == null ? { epsilon: epsilon! } : { density };
  return erdosRenyi([inputs, units], { ...amount, seed: random.uint32() });
}

/** An initialiser that makes its tensor only when a weight asks for it, and can let go of it when the weight has it. */
export class GivenTensor extends Initializer {
  static className = 'GivenTensor';
  private made: Tensor | null = null;

  constructor(private readonly make: () => Tensor) {
    super();
  }

  apply(): Tensor {
    this.made = this.make();
    return this.made;
  }

  dispose(): void {
    this.made?.dispose();
  }
}
