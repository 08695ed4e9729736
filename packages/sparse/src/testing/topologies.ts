import { Random } from '@arborize/core';
import { type Topology, topologyFromPositions } from '../pattern/topology.ts';

/** W = [[0.2, 0], [0, 0.1], [−0.3, 0.5]]. */
export const closedForm = {
  topology: topologyFromPositions(3, 2, [0, 2, 4, 5]),
  values: [0.2, -0.3, 0.1, 0.5],
};

/** `size` random positions; the last input and the last output of more than two stay unconnected. */
export function scattered(inputs: number, outputs: number, size: number, seed = 1): Topology {
  const [rows, columns] = [inputs, outputs].map((count) => (count > 2 ? count - 1 : count)) as [
    number,
    number,
  ];
  const order = new Random(seed).permutation(rows * columns).slice(0, size);
  const positions = Float64Array.from(order, (at) => (at % rows) + Math.floor(at / rows) * inputs);
  return topologyFromPositions(inputs, outputs, positions.sort());
}
