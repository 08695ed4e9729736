import { ArgumentError, toFloatTensor } from '@arborize/core';
import type { Tensor, TensorLike } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import type { LayersModel, SymbolicTensor } from '@tensorflow/tfjs-layers';
import * as tfl from '@tensorflow/tfjs-layers';
import { isFoldable } from '../sparse-weights/folded.ts';
import { ContextTable } from './context-table.ts';

type Layer = tfl.layers.Layer;
interface LayerClass {
  fromConfig(type: unknown, config: unknown): Layer;
}

/**
 * The model that is left when the context is fixed: each gate σ(a) is folded into its unit's weights and bias, masks into
 * zeros, and stock dense and convolutional layers remain, beside k-winners and what else there was. It costs nothing
 * more than a plain net, takes x alone, and shares nothing with the given model.
 *
 *     W' = (W ∘ M)·diag σ(a),   b' = b ∘ σ(a)        (b + a with mode 'bias')
 *
 * @param model Built in the functional API, each layer used once, its dendrites on a context input or a
 *   {@link ContextTable}.
 * @param context C numbers.
 * @returns A model whose inputs are those of `model` that do not lead to dendrites alone; the caller disposes of it.
 * @throws ArgumentError for a context of another width, or a layer that is used more than once.
 * @example
 * const plain = forContext(model, contexts.context(3));
 * plain.predict(x); // model.predict([x, that context for every sample])
 */
export function forContext(model: LayersModel, context: Tensor | TensorLike): LayersModel {
  const row = tf.tidy(() => tf.clone(tf.reshape(toFloatTensor(context, 'forContext', 'context'), [1, -1])));
  const made = new Map<number, SymbolicTensor>();
  const pending: [Layer, Tensor[]][] = [];
  const used = new Set<SymbolicTensor>();
  try {
    for (const layer of model.layers) {
      const { inputTensors, outputTensors } = onlyNode(layer);
      if (layer instanceof ContextTable) continue;
      const isInput = layer.getClassName() === 'InputLayer';
      const read = isInput ? [] : isFoldable(layer) ? inputTensors.slice(0, 1) : inputTensors;
      const [copy, weights] = isFoldable(layer) ? foldedOf(layer, row) : copyOf(layer);
      const outputs = isInput
        ? [
            tfl.input({
              batchShape: outputTensors[0]!.shape,
              dtype: outputTensors[0]!.dtype,
              name: layer.name,
            }),
          ]
        : [copy.apply(read.map((tensor) => made.get(tensor.id)!))].flat();
      for (const tensor of read) used.add(tensor);
      for (const [i, tensor] of outputTensors.entries()) made.set(tensor.id, outputs[i] as SymbolicTensor);
      if (!isInput) pending.push([copy, weights]);
    }
    const find = (tensors: SymbolicTensor[]) => tensors.map((tensor) => made.get(tensor.id)!);
    const inputs = find(model.inputs.filter((tensor) => used.has(tensor)));
    const plain = tfl.model({ inputs, outputs: find(model.outputs) });
    for (const [layer, weights] of pending) layer.setWeights(weights);
    return plain;
  } finally {
    tf.dispose([row, ...pending.flatMap(([, weights]) => weights)]);
  }
}

function foldedOf(
  layer: Layer & { folded(context: Tensor): { layer: Layer; weights: Tensor[] } },
  row: Tensor,
) {
  const width = (layer as { dendrites?: { width?: number } }).dendrites?.width;
  if (width !== undefined && width !== row.size) {
    const expected = `${width} numbers, which ${layer.name} reads`;
    throw new ArgumentError({ where: 'forContext', argument: 'context', got: row, expected });
  }
  const folded = layer.folded(row);
  return [folded.layer, folded.weights] as const;
}

function copyOf(layer: Layer) {
  const copy = (layer.constructor as unknown as LayerClass).fromConfig(layer.constructor, layer.getConfig());
  return [copy, layer.getWeights().map((weight) => tf.clone(weight))] as const;
}

function onlyNode(layer: Layer) {
  if (layer.inboundNodes.length === 1) return layer.inboundNodes[0]!;
  throw new ArgumentError({
    where: 'forContext',
    argument: 'model',
    got: `${layer.inboundNodes.length} uses of ${layer.name}`,
    expected: 'a model with one use of each layer',
  });
}
