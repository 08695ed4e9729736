import type { Connections } from '../evolution/connections.ts';
import { countMarks, type DropBy, markDropped } from '../evolution/drop.ts';
import { markSmallest } from '../evolution/select.ts';
import { positionsOf, topologyFromPositions } from '../pattern/topology.ts';

/** The connections of a layer with their moments. */
export interface TrainedConnections extends Connections {
  readonly moments: Float32Array;
}

/**
 * One layer from several that went their own ways: the mean over the union of their connections, where one that a layer lacks
 * counts as 0, and of these the strongest.
 *
 * @param count How many connections are left.
 * @param by `'sign'`: positive and negative ones lose the same share.
 */
export function mergeConnections(
  layers: readonly TrainedConnections[],
  count: number,
  by: DropBy,
): TrainedConnections {
  const { inputs, outputs } = layers[0]!.topology;
  const each = layers.map(({ topology }) => positionsOf(topology));
  const union = distinct(each);
  const mean = (read: (layer: TrainedConnections) => Float32Array) =>
    meanOver(
      union,
      layers.map((layer, k) => ({ positions: each[k]!, values: read(layer) })),
    );
  const values = mean(({ values }) => values);
  const moments = mean(({ moments }) => moments);
  const excess = union.length - count;
  const dropped = markWeakest(values, excess, by);
  const kept = <A extends Float64Array | Float32Array>(numbers: A) =>
    numbers.filter((_, p) => dropped[p] === 0) as A;
  return {
    topology: topologyFromPositions(inputs, outputs, kept(union)),
    values: kept(values),
    moments: kept(moments),
  };
}

/** Marks exactly `count`: the same share of each sign, rounded down, and what is missing among all that are left. */
function markWeakest(values: Float32Array, count: number, by: DropBy): Uint8Array {
  if (count <= 0) return new Uint8Array(values.length);
  const marks =
    by === 'sign' ? markDropped(values, count / values.length, by) : new Uint8Array(values.length);
  const left = count - countMarks(marks);
  const rest = markSmallest(
    values.map((value, p) => (marks[p] === 1 ? Number.POSITIVE_INFINITY : Math.abs(value))),
    left,
  );
  return marks.map((mark, p) => mark | rest[p]!);
}

function distinct(lists: readonly Float64Array[]): Float64Array {
  const all = new Float64Array(lists.reduce((length, list) => length + list.length, 0));
  let at = 0;
  for (const list of lists) {
    all.set(list, at);
    at += list.length;
  }
  return all.sort().filter((position, i) => position !== all[i - 1]);
}

interface Placed {
  readonly positions: Float64Array;
  readonly values: Float32Array;
}

function meanOver(union: Float64Array, layers: readonly Placed[]): Float32Array {
  const sums = new Float64Array(union.length);
  for (const { positions, values } of layers) {
    let at = 0;
    for (const [p, position] of positions.entries()) {
      while (union[at] !== position) at++;
      sums[at]! += values[p]!;
    }
  }
  return Float32Array.from(sums, (sum) => sum / layers.length);
}
