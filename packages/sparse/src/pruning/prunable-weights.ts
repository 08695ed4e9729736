import { ArgumentError } from '@arborize/core';
import type { Variable } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { allLayers } from '../to-sparse/find-kernels.ts';

/** Layers whose kernels are pruned. */
const CLASSES = /^(Dense|Conv[123]D|Conv[23]DTranspose|DepthwiseConv2D|SeparableConv2D)$/;

/** Options of {@link prunableWeights}. */
export interface PrunableWeightsOptions {
  /** Names of layers that are left alone. Default none. */
  readonly exclude?: readonly string[];
}

/**
 * The weights of a model that pruning is about, by name: the trainable kernels of dense and convolutional layers, those within
 * models and wrappers too; no biases, normalisations or embeddings.
 *
 * @returns The model's own variables, in the order of its layers.
 * @throws ArgumentError if there is none, or a layer to exclude is not there.
 * @example
 * const masks = await magnitudeMasks(prunableWeights(model, { exclude: ['output'] }), { fraction: 0.2 });
 * const zeros = await MaskSet.from(prunableWeights(model)); // of a pruned model that was saved and loaded
 */
export function prunableWeights(
  model: LayersModel,
  { exclude = [] }: PrunableWeightsOptions = {},
): Record<string, Variable> {
  const layers = allLayers(model);
  const fault = (argument: string, got: unknown, expected: string) =>
    new ArgumentError({ where: 'prunableWeights', argument, got, expected });
  const known = layers.map(({ name }) => name);
  const unknown = exclude.find((name) => !known.includes(name));
  if (unknown !== undefined) throw fault('options.exclude', unknown, `layers among ${known.join(', ')}`);
  const found = layers
    .filter((layer) => CLASSES.test(layer.getClassName()) && !exclude.includes(layer.name))
    .flatMap((layer) => layer.trainableWeights)
    .filter(({ originalName }) => /[/_]kernel$/.test(originalName));
  if (found.length === 0) {
    const got = layers.map((layer) => layer.getClassName());
    throw fault('model', got, 'a model with dense or convolutional layers that are trained');
  }
  return Object.fromEntries(found.map((weight) => [weight.originalName, weight.read() as Variable]));
}
