import { positionsOf, type Topology, topologyFromPositions } from '../pattern/topology.ts';
import { countMarks } from './drop.ts';

/** The connections of a layer in plain memory. */
export interface Connections {
  readonly topology: Topology;
  /** [connections], in the order of the topology. */
  readonly values: Float32Array;
}

/** Connections after a change, and where each was before: −1 for a new one. */
export interface Rewired extends Connections {
  readonly from: Int32Array;
}

/** New connections: sorted positions row + column · inputs, and their first values. */
export interface Grown {
  readonly positions: Float64Array;
  readonly values: Float32Array;
}

/**
 * Removes and adds connections.
 *
 * @param dropped [connections], 1 where removed.
 * @param grown Positions that are not kept. A removed one among them comes back as it was if `revive`, else as new.
 */
export function rewired(
  { topology, values }: Connections,
  dropped: Uint8Array,
  grown: Grown,
  revive: boolean,
): Rewired {
  const { inputs, outputs } = topology;
  const old = positionsOf(topology);
  const size = old.length - countMarks(dropped) + grown.positions.length;
  const positions = new Float64Array(size);
  const next = new Float32Array(size);
  const from = new Int32Array(size);
  let p = 0;
  let g = 0;
  for (let at = 0; at < size; at++) {
    const newcomer = grown.positions[g] ?? Number.POSITIVE_INFINITY;
    while (p < old.length && dropped[p] === 1 && old[p]! < newcomer) p++;
    const isOld = p < old.length && old[p]! < newcomer;
    const returns = !isOld && old[p] === newcomer;
    positions[at] = isOld ? old[p]! : newcomer;
    from[at] = isOld || (returns && revive) ? p : -1;
    next[at] = from[at] === -1 ? grown.values[g]! : values[p]!;
    if (isOld || returns) p++;
    if (!isOld) g++;
  }
  return { topology: topologyFromPositions(inputs, outputs, positions), values: next, from };
}

/** Removes connections only. */
export function without(connections: Connections, dropped: Uint8Array): Rewired {
  const none: Grown = { positions: new Float64Array(0), values: new Float32Array(0) };
  return rewired(connections, dropped, none, false);
}
