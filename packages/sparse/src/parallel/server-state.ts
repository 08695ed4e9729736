import type { Variable } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { SparseDense } from '../layer/sparse-dense.ts';
import { topologyOf } from '../pattern/sparse-pattern.ts';
import { momentsOf, setMoments } from './moments.ts';
import {
  CONTROL_WORDS,
  Control,
  type SharedState,
  sharedFloats,
  sharedIntegers,
  sizeOf,
} from './shared-state.ts';

/** Memory for a model as it is now. */
export function allocateState(model: LayersModel, workers: number, inStep: boolean): SharedState {
  const variables = variablesOf(model);
  const sparse = [...model.layers.entries()].filter(([, layer]) => layer instanceof SparseDense);
  return {
    control: sharedIntegers(CONTROL_WORDS),
    rate: sharedFloats(1),
    logs: Array.from({ length: workers }, () => {
      return new Float64Array(new SharedArrayBuffer(8 * (model.metricsNames.length + 1)));
    }),
    parameters: variables.map(({ size }) => ({
      weights: sharedFloats(size),
      moments: sharedFloats(size),
      gradients: inStep ? Array.from({ length: workers }, () => sharedFloats(size)) : [],
    })),
    topologies: (sparse as [number, SparseDense][]).map(([layer, each]) => {
      const [inputs, outputs] = each.matrix.pattern.shape;
      return {
        layer,
        parameter: variables.indexOf(each.valuesVariable),
        inputs,
        outputs,
        columnPointers: sharedIntegers(outputs + 1),
        rowIndices: sharedIntegers(each.connections),
      };
    }),
  };
}

/** Shows the workers the model as the server has it. */
export async function publish(model: LayersModel, state: SharedState): Promise<void> {
  const variables = variablesOf(model);
  const weights = await Promise.all(variables.map((variable) => variable.data<'float32'>()));
  const moments = await momentsOf(model.optimizer, variables);
  for (const [i, parameter] of state.parameters.entries()) {
    parameter.weights.set(weights[i]!);
    parameter.moments.set(moments[i]!);
  }
  for (const { layer, columnPointers, rowIndices } of state.topologies) {
    const topology = await topologyOf((model.layers[layer] as SparseDense).matrix.pattern);
    columnPointers.set(topology.columnPointers);
    rowIndices.set(topology.rowIndices);
  }
  Atomics.add(state.control, Control.version, 1);
}

/** Takes over what the workers have trained; topologies change on the server only. */
export function collect(model: LayersModel, state: SharedState): void {
  const read = (shared: Float32Array, i: number) => shared.slice(0, sizeOf(state, i));
  takeOver(
    model,
    state.parameters.map(({ weights }, i) => read(weights, i)),
    state.parameters.map(({ moments }, i) => read(moments, i)),
  );
}

/** Gives a model weights of the sizes that it has, and moments to its optimiser if that keeps any. */
export function takeOver(
  model: LayersModel,
  weights: readonly Float32Array[],
  moments: readonly Float32Array[],
): void {
  const variables = variablesOf(model);
  for (const [i, variable] of variables.entries()) {
    const value = tf.tensor(weights[i]!, variable.shape);
    variable.assign(value);
    value.dispose();
  }
  if (model.optimizer.getClassName() === 'Momentum') setMoments(model.optimizer, variables, moments);
}

/** The mean logs of the epoch over all workers, by name; the sums begin anew. */
export function takeLogs(model: LayersModel, { logs }: SharedState): Record<string, number> {
  const total = new Float64Array(logs[0]!.length);
  for (const sums of logs) {
    for (const [i, sum] of sums.entries()) total[i]! += sum;
    sums.fill(0);
  }
  return named(
    model,
    Array.from(total.subarray(0, -1), (sum) => sum / total.at(-1)!),
  );
}

export function named(model: LayersModel, values: readonly number[]): Record<string, number> {
  return Object.fromEntries(values.map((value, i) => [model.metricsNames[i]!, value]));
}

function variablesOf(model: LayersModel): Variable[] {
  return model.trainableWeights.map((weight) => weight.read() as Variable);
}
