import { ArgumentError } from '@arborize/core';
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { connectionsOf } from '../evolution/evolve-layer.ts';
import { SparseDense } from '../layer/sparse-dense.ts';
import { selectUnits, type WeightedLayer } from './select-units.ts';

type Layer = tfl.layers.Layer;

/**
 * The same network without its dead hidden units: those that nothing feeds, whose constant output moves into the biases of
 * what they feed, and those that feed nothing.
 *
 *     unit j without inputs gives f(b_j):   b' = b + Σ f(b_j)·W[j, ·]
 *
 * Predictions stay as they were but for rounding. The new model has its own weights, is not compiled, and holds no memory of
 * units that were pruned.
 *
 * @param model A stack of `SparseDense` and dense layers, and of layers without weights that treat each unit alone.
 * @returns The caller disposes of it.
 * @throws ArgumentError for any other model.
 * @example
 * await pruneUnits(model, 20);
 * const smaller = await compact(model); // smaller.layers[0].units < model.layers[0].units
 * @see Curci et al., "Truly Sparse Neural Networks at Scale", arXiv 2102.01732, section 3.
 */
export async function compact(model: tfl.LayersModel): Promise<tfl.Sequential> {
  const weighted = await Promise.all(stackOf(model).map(readLayer));
  for (let i = 0; i + 1 < weighted.length; i++) {
    const [layer, next] = [weighted[i]!, weighted[i + 1]!];
    if (layer.source instanceof SparseDense) {
      await selectUnits(layer, next, (biases) => constantsOf(model, layer.source, next.source, biases));
    }
  }
  const copies = new Map(weighted.map((layer) => [layer.source, layer]));
  const smaller = tfl.sequential();
  for (const layer of model.layers) {
    const changed = copies.get(layer);
    if (changed) addWeighted(smaller, changed);
    else smaller.add(cloneOf(layer, {}));
  }
  return smaller;
}

/** The layers with weights, in order. */
function stackOf(model: tfl.LayersModel): Layer[] {
  const weighted = model.layers.filter((layer) => layer.weights.length > 0);
  const known = weighted.every((layer) => layer instanceof SparseDense || layer.getClassName() === 'Dense');
  if (model instanceof tfl.Sequential && known && weighted.length > 0) return weighted;
  const got = model.layers.map((layer) => layer.getClassName());
  const expected = 'a sequential model of SparseDense and Dense layers, and of layers without weights';
  throw new ArgumentError({ where: 'compact', argument: 'model', got, expected });
}

async function readLayer(source: Layer): Promise<WeightedLayer> {
  if (source instanceof SparseDense) {
    const [connections, bias] = await Promise.all([
      connectionsOf(source),
      source.biasVariable?.data<'float32'>(),
    ]);
    return { source, units: source.units, weights: connections, bias: bias ?? null };
  }
  const [kernel, bias] = source.getWeights();
  const [rows, columns] = kernel!.shape as [number, number];
  const [weights, biases] = await Promise.all([kernel!.data<'float32'>(), bias?.data<'float32'>()]);
  return { source, units: columns, weights: { rows, columns, values: weights }, bias: biases ?? null };
}

/** What the units of a layer hand to the next if they get no input: the activation, and what lies between, of the biases. */
async function constantsOf(
  model: tfl.LayersModel,
  from: Layer,
  to: Layer,
  biases: Float32Array,
): Promise<Float32Array> {
  const between = model.layers.slice(model.layers.indexOf(from) + 1, model.layers.indexOf(to));
  const y = tf.tidy(() => {
    const z = tf.tensor2d(biases, [1, biases.length]);
    return between.reduce<tf.Tensor>(
      (x, layer) => layer.call(x, {}) as tf.Tensor,
      (from as SparseDense).activate(z),
    );
  });
  const constants = await y.data<'float32'>();
  y.dispose();
  return constants;
}

function addWeighted(model: tfl.Sequential, { source, units, weights, bias }: WeightedLayer): void {
  if ('topology' in weights) {
    const connections = weights.values.length;
    const copy = cloneOf(source, {
      units,
      connections,
      livingUnits: null,
      useBias: bias !== null,
    }) as SparseDense;
    model.add(copy);
    copy.rewire(weights.topology, weights.values);
    if (bias) assign(copy.biasVariable!, bias);
    return;
  }
  const copy = cloneOf(source, { useBias: bias !== null });
  model.add(copy);
  const { rows, columns, values } = weights;
  const tensors = [tf.tensor2d(values, [rows, columns]), ...(bias ? [tf.tensor1d(bias)] : [])];
  copy.setWeights(tensors);
  tf.dispose(tensors);
}

function assign(variable: tf.Variable, values: Float32Array): void {
  const value = tf.tensor1d(values);
  variable.assign(value);
  value.dispose();
}

function cloneOf(layer: Layer, changes: tf.serialization.ConfigDict): Layer {
  const config = { ...layer.getConfig(), ...changes };
  return (layer.constructor as unknown as { fromConfig(cls: unknown, config: object): Layer }).fromConfig(
    layer.constructor,
    config,
  );
}
