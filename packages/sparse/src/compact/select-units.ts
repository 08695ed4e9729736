import type { layers } from '@tensorflow/tfjs-layers';
import type { Connections } from '../evolution/connections.ts';
import { columnsOf, topologyFromPositions } from '../pattern/topology.ts';

/** A dense kernel, row by row. */
export interface DenseWeights {
  readonly rows: number;
  readonly columns: number;
  readonly values: Float32Array;
}

/** A layer in plain memory, on its way to fewer units. */
export interface WeightedLayer {
  readonly source: layers.Layer;
  units: number;
  weights: Connections | DenseWeights;
  bias: Float32Array | null;
}

/**
 * Takes the units out of a sparse layer that nothing feeds or that feed nothing, and out of the rows of the next layer.
 *
 * @param constantsOf What units give for the sums given, one of each unit.
 */
export async function selectUnits(
  layer: WeightedLayer,
  next: WeightedLayer,
  constantsOf: (sums: Float32Array) => Promise<Float32Array>,
): Promise<void> {
  const { topology } = layer.weights as Connections;
  const { columnPointers, outputs } = topology;
  const isFed = Uint8Array.from({ length: outputs }, (_, j) =>
    columnPointers[j + 1]! > columnPointers[j]! ? 1 : 0,
  );
  const feeds = feedingUnits(next.weights, outputs);
  const living = Int32Array.from(isFed.keys()).filter((j) => isFed[j] === 1 && feeds[j] === 1);
  if (living.length === outputs) return;
  // A layer cannot be without units.
  const kept = living.length > 0 ? living : Int32Array.of(0);
  const sums = layer.bias ?? new Float32Array(outputs);
  const constants = await constantsOf(sums);
  const folded = isFed.map((fed, j) => (fed === 0 && !kept.includes(j) ? 1 : 0));
  next.bias = withConstants(next, constants, folded);
  layer.weights = keepColumns(layer.weights as Connections, kept);
  layer.bias = layer.bias && Float32Array.from(kept, (j) => layer.bias![j]!);
  layer.units = kept.length;
  next.weights = keepRows(next.weights, kept);
}

/** Marks the units that have any outgoing weight. */
function feedingUnits(weights: Connections | DenseWeights, units: number): Uint8Array {
  if (!('topology' in weights)) return new Uint8Array(units).fill(1);
  const feeds = new Uint8Array(units);
  for (const row of weights.topology.rowIndices) feeds[row] = 1;
  return feeds;
}

/** The biases of a layer with what the folded inputs always give. */
function withConstants(
  { weights, bias, units }: WeightedLayer,
  constants: Float32Array,
  folded: Uint8Array,
): Float32Array | null {
  if (!folded.includes(1)) return bias;
  const sums = Float64Array.from(bias ?? new Float32Array(units));
  if ('topology' in weights) {
    const columns = columnsOf(weights.topology);
    for (const [p, row] of weights.topology.rowIndices.entries()) {
      if (folded[row]) sums[columns[p]!]! += constants[row]! * weights.values[p]!;
    }
  } else {
    for (const [p, value] of weights.values.entries()) {
      const row = Math.floor(p / weights.columns);
      if (folded[row]) sums[p % weights.columns]! += constants[row]! * value;
    }
  }
  return Float32Array.from(sums);
}

function keepColumns({ topology, values }: Connections, kept: Int32Array): Connections {
  const number = numbering(kept, topology.outputs);
  const columns = columnsOf(topology);
  return keep({ topology, values }, topology.inputs, kept.length, (row, p) => {
    const column = number[columns[p]!]!;
    return column < 0 ? -1 : row + column * topology.inputs;
  });
}

function keepRows(weights: Connections | DenseWeights, kept: Int32Array): Connections | DenseWeights {
  if ('topology' in weights) {
    const { topology } = weights;
    const number = numbering(kept, topology.inputs);
    const columns = columnsOf(topology);
    return keep(weights, kept.length, topology.outputs, (row, p) =>
      number[row]! < 0 ? -1 : number[row]! + columns[p]! * kept.length,
    );
  }
  const { columns, values } = weights;
  const rows = Array.from(kept, (row) => values.subarray(row * columns, (row + 1) * columns));
  return { rows: kept.length, columns, values: Float32Array.from(rows.flatMap((row) => [...row])) };
}

/** The connections that have a new position; −1 for none. Their order stays. */
function keep(
  { topology, values }: Connections,
  inputs: number,
  outputs: number,
  move: (row: number, p: number) => number,
): Connections {
  const moved = Float64Array.from(topology.rowIndices, move);
  return {
    topology: topologyFromPositions(
      inputs,
      outputs,
      moved.filter((position) => position >= 0),
    ),
    values: values.filter((_, p) => moved[p]! >= 0),
  };
}

function numbering(kept: Int32Array, size: number): Int32Array {
  const numbers = new Int32Array(size).fill(-1);
  for (const [number, index] of kept.entries()) numbers[index] = number;
  return numbers;
}
