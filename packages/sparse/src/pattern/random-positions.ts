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
  let drawn = new Float64Array(0);
  // Draws that repeat, or that hit a taken position, are drawn again.
  while (drawn.length < count) {
    const more = Float64Array.from({ length: count - drawn.length }, () => random.integer(total));
    drawn = withoutTaken(distinct(concatenate(drawn, more).sort()), taken);
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

function distinct(sorted: Float64Array<ArrayBuffer>): Float64Array<ArrayBuffer> {
  return sorted.filter((position, i) => position !== sorted[i - 1]);
}

function withoutTaken(sorted: Float64Array<ArrayBuffer>, taken: Float64Array): Float64Array<ArrayBuffer> {
  let skip = 0;
  return sorted.filter((position) => {
    while (taken[skip]! < position) skip++;
    return taken[skip] !== position;
  });
}

function concatenate(a: Float64Array, b: Float64Array): Float64Array<ArrayBuffer> {
  const both = new Float64Array(a.length + b.length);
  both.set(a);
  both.set(b, a.length);
  return both;
}
