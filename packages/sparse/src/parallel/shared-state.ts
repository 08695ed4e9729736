/** A trainable weight that all workers see: memory shared between threads. */
export interface SharedParameter {
  readonly weights: Float32Array;
  /** Of momentum, as TensorFlow.js accumulates it. */
  readonly moments: Float32Array;
  /** One for each worker where they train in step, else none. */
  readonly gradients: readonly Float32Array[];
}

/** The topology of a `SparseDense` layer that all workers see. Importance pruning leaves part of the memory unused. */
export interface SharedTopology {
  /** The index of the layer in the model. */
  readonly layer: number;
  /** The index of its values among the parameters. */
  readonly parameter: number;
  readonly inputs: number;
  readonly outputs: number;
  readonly columnPointers: Int32Array;
  readonly rowIndices: Int32Array;
}

/** All that server and workers share while they train one model together. */
export interface SharedState {
  /** The words of {@link Control}. */
  readonly control: Int32Array;
  /** [1]: the learning rate of this epoch. */
  readonly rate: Float32Array;
  /** For each worker, the sums of loss and metrics in this epoch and, last, how many batches they are over. */
  readonly logs: readonly Float64Array[];
  readonly parameters: readonly SharedParameter[];
  readonly topologies: readonly SharedTopology[];
}

/** The words by which threads wait for each other. */
export const Control = {
  /** 1 while a worker, or the server in its name, changes parameters. */
  lock: 0,
  /** Epochs that the server has closed. */
  epochs: 1,
  /** How often the server has changed topologies. */
  version: 2,
  /** Updates of the parameters, asynchronous ones. */
  updates: 3,
  /** Workers that have come to a meeting, and meetings held. */
  arrived: 4,
  meetings: 5,
} as const;

export const CONTROL_WORDS = 6;

/** The number of elements that a parameter has now. */
export function sizeOf({ parameters, topologies }: SharedState, parameter: number): number {
  const topology = topologies.find((each) => each.parameter === parameter);
  return topology ? topology.columnPointers[topology.outputs]! : parameters[parameter]!.weights.length;
}

export function sharedFloats(length: number): Float32Array {
  return new Float32Array(new SharedArrayBuffer(4 * length));
}

export function sharedIntegers(length: number): Int32Array {
  return new Int32Array(new SharedArrayBuffer(4 * length));
}
