import { positionsOf, type Topology } from '../pattern/topology.ts';

/**
 * The gradient of a topology that has changed since: what belongs to removed connections is dropped, and new connections get
 * none (RetainValidUpdates).
 *
 * @param gradient [connections of `old`].
 * @returns [connections of `current`].
 */
export function retainValid(gradient: Float32Array, old: Topology, current: Topology): Float32Array {
  const [from, to] = [positionsOf(old), positionsOf(current)];
  let p = 0;
  return Float32Array.from(to, (position) => {
    while (p < from.length && from[p]! < position) p++;
    return from[p] === position ? gradient[p]! : 0;
  });
}
