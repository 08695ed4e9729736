import { positionsOf } from '../pattern/topology.ts';
import type { Connections } from './connections.ts';
import type { Alive } from './grow.ts';
import { largest, markSmallest } from './select.ts';

/** What a step to a constant fan-in may use and must keep. */
export interface FanInRule extends Alive {
  /** The most connections that there may be. */
  readonly budget: number;
  /** The share of the connections to replace. */
  readonly fraction: number;
  /** Units with fewer salient positions than this share of the fan-in go. */
  readonly gammaSal: number;
}

/** What a step changes. */
export interface FanInStep {
  /** [connections], 1 where removed. */
  readonly dropped: Uint8Array;
  /** Sorted positions row + column · inputs; a removed one may be among them. */
  readonly grown: Float64Array;
  /** The units that are left, rising. */
  readonly living: Int32Array;
}

/**
 * Gives all units of a layer that matter the same number of inputs, and the others none.
 *
 * @param gradients The magnitude of the gradient at every position, −1 where none may be connected.
 */
export function constantFanInStep(
  connections: Connections,
  gradients: Float32Array,
  rule: FanInRule,
): FanInStep {
  const { topology, values } = connections;
  const { inputs, outputs, columnPointers } = topology;
  const positions = positionsOf(topology);
  // What is connected where none may be goes before all others.
  const magnitudes = values.map((value, p) => (gradients[positions[p]!]! < 0 ? -1 : Math.abs(value)));
  const barred = magnitudes.reduce((sum, magnitude) => sum + (magnitude < 0 ? 1 : 0), 0);
  const replaced = Math.floor(rule.fraction * values.length);
  const dropped = markSmallest(magnitudes, Math.max(replaced, barred));
  const free = gradients.slice();
  for (const [p, position] of positions.entries()) if (dropped[p] === 0) free[position] = -1;

  const counts = new Int32Array(outputs);
  for (let j = 0; j < outputs; j++) {
    for (let p = columnPointers[j]!; p < columnPointers[j + 1]!; p++) counts[j]! += 1 - dropped[p]!;
  }
  for (const at of largest(free, replaced)) if (free[at]! >= 0) counts[Math.floor(at / inputs)]!++;
  const rows = rule.rows?.length ?? inputs;
  const living = livingUnits(counts, rule, rows);

  const fanIn = Math.min(rows, Math.floor(rule.budget / living.length));
  const lives = new Uint8Array(outputs);
  for (const j of living) lives[j] = 1;
  const grown: number[] = [];
  for (let j = 0; j < outputs; j++) {
    const [from, to] = [columnPointers[j]!, columnPointers[j + 1]!];
    const own = dropped.subarray(from, to);
    const kept = own.reduce((sum, mark) => sum + 1 - mark, 0);
    if (lives[j] === 0) own.fill(1);
    else if (kept > fanIn)
      own.set(markSmallest(keptOf(magnitudes.subarray(from, to), own), to - from - fanIn));
    else {
      const column = free.subarray(j * inputs, (j + 1) * inputs);
      for (const row of largest(column, fanIn - kept)) grown.push(j * inputs + row);
    }
  }
  return { dropped, grown: Float64Array.from(grown), living };
}

/** The units with enough salient positions; not so few that the budget has no room. */
function livingUnits(counts: Int32Array, { columns, budget, gammaSal }: FanInRule, rows: number): Int32Array {
  const candidates = columns ?? Int32Array.from(counts.keys());
  const least = Math.max(1, gammaSal * Math.floor(budget / candidates.length));
  const salient = gammaSal === 0 ? candidates : candidates.filter((j) => counts[j]! >= least);
  const needed = Math.min(candidates.length, Math.max(1, Math.ceil(budget / rows)));
  if (salient.length >= needed) return salient;
  const best = largest(
    Float32Array.from(candidates, (j) => counts[j]!),
    needed,
  );
  return Int32Array.from(best, (i) => candidates[i]!);
}

/** Magnitudes, lower than all for what is removed. */
function keptOf(magnitudes: Float32Array, dropped: Uint8Array): Float32Array {
  return magnitudes.map((magnitude, p) => (dropped[p] === 1 ? -2 : magnitude));
}
