import type { Random } from '@arborize/core';
import { type Array64, array64 } from '@arborize/core/testing';

/** The float64 reference of gates on groups of adjacent channels, their results concatenated by gate. */
export function groups64(
  gates: readonly ((members: number[]) => number)[],
  { k = 2, axis = -1, partition = false } = {},
): (...arrays: Array64[]) => Array64 {
  return (...arrays) => {
    const { shape, values } = arrays[0]!;
    const at = axis < 0 ? axis + shape.length : axis;
    const groups = shape[at]! / k;
    const width = partition ? groups : groups * gates.length;
    const inner = shape.slice(at + 1).reduce((a, b) => a * b, 1);
    const outputShape = shape.with(at, width);
    const y = array64(outputShape, new Float64Array(outputShape.reduce((a, b) => a * b, 1)));
    for (let i = 0; i < y.values.length; i++) {
      const channel = Math.floor(i / inner) % width;
      const row = Math.floor(i / inner / width);
      const gate = gates[Math.floor((channel * gates.length) / width)]!;
      const first = (row * shape[at]! + (channel % groups) * k) * inner + (i % inner);
      y.values[i] = gate(Array.from({ length: k }, (_, j) => values[first + j * inner]!));
    }
    return y;
  };
}

/**
 * Draws values whose magnitudes are all different and at least 0.1 apart from 0, so that central differences never
 * cross a kink.
 */
export function spread(): (random: Random) => number {
  let drawn = 0;
  return (random) => {
    drawn = (drawn + 37) % 101;
    return (random.uniform() < 0.5 ? -1 : 1) * (0.1 + 0.03 * drawn + 0.01 * random.uniform());
  };
}
