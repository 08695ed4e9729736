import type { Random } from '@arborize/core';
import { type Topology, topologyFromPositions } from './topology.ts';

/**
 * `count` of the positions 0 … total−1, all free ones equally likely, sorted.
 *
 * @param taken Sorted positions that are not free.
 */
export function randomPositions(
  count: number,
  total: number,
  taken: Float64Array,
  random: Random,
): Float64Array {
  if (2 * (taken.length + count) > total) return fromFree(count, total, taken, random);
  const drawn = new Float64Array(count);
  // Draws that repeat, or that hit a taken position, are drawn again.
  for (let have = 0; have < count; ) {
    const more = new Float64Array(count - have);
    for (let i = 0; i < more.length; i++) more[i] = random.integer(total);
    const free = more.subarray(0, keepFree(more.sort(), taken));
    have = mergeInto(drawn, have, free.subarray(0, keepFree(free, drawn.subarray(0, have))));
  }
  return drawn;
}

/** A topology with exactly `connections` random connections. */
export function randomTopology(
  inputs: number,
  outputs: number,
  connections: number,
  random: Random,
): Topology {
  const positions = randomPositions(connections, inputs * outputs, new Float64Array(0), random);
  return topologyFromPositions(inputs, outputs, positions);
}

/** A topology in which each output has exactly `fanIn` random inputs. */
export function constantFanIn(inputs: number, outputs: number, fanIn: number, random: Random): Topology {
  const columnPointers = Int32Array.from({ length: outputs + 1 }, (_, j) => j * fanIn);
  const rowIndices = new Int32Array(outputs * fanIn);
  const none = new Float64Array(0);
  for (let j = 0; j < outputs; j++) rowIndices.set(randomPositions(fanIn, inputs, none, random), j * fanIn);
  return { inputs, outputs, columnPointers, rowIndices };
}

/** Few positions are free, or most of them are wanted: shuffles those that are. */
function fromFree(count: number, total: number, taken: Float64Array, random: Random): Float64Array {
  const free = new Float64Array(total - taken.length);
  let at = 0;
  let skip = 0;
  for (let position = 0; position < total; position++) {
    if (position === taken[skip]) skip++;
    else free[at++] = position;
  }
  for (let i = 0; i < count; i++) {
    const j = i + random.integer(free.length - i);
    const held = free[i]!;
    free[i] = free[j]!;
    free[j] = held;
  }
  return free.slice(0, count).sort();
}

/** Moves those that do not repeat and are not taken to the front, and says how many they are. */
function keepFree(sorted: Float64Array, taken: Float64Array): number {
  let count = 0;
  let skip = 0;
  for (const position of sorted) {
    while (taken[skip]! < position) skip++;
    if (position !== taken[skip] && (count === 0 || position !== sorted[count - 1]))
      sorted[count++] = position;
  }
  return count;
}

/** Merges sorted numbers into the first `have` of `into`, and says how many these are then. */
function mergeInto(into: Float64Array, have: number, sorted: Float64Array): number {
  let i = have - 1;
  let j = sorted.length - 1;
  for (let at = i + j + 1; j >= 0; at--) {
    into[at] = i >= 0 && into[i]! > sorted[j]! ? into[i--]! : sorted[j--]!;
  }
  return have + sorted.length;
}
