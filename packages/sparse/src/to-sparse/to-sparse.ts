import { ArgumentError } from '@arborize/core';
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { compress } from '../conversion/compress.ts';
import { transposeTopology } from '../pattern/topology.ts';
import { MaskSet } from '../pruning/mask-set.ts';
import { registerSparse } from '../register-sparse.ts';
import { findKernels, type KernelSource, kernelName } from './find-kernels.ts';
import { keptBy } from './kept-by.ts';
import { replaceLayers } from './replace-layers.ts';

/** Options of {@link toSparse}. */
export interface ToSparseOptions {
  /**
   * Which weights of a kernel are connections, by its name, e.g. `'dense_1/kernel'`, [inputs, units]. A kernel without a mask
   * is read instead: its zeros are no connections.
   */
  readonly masks?: MaskSet;
  /**
   * A layer stays dense if more than this share of its positions is connected, in (0, 1]. Default 0.5: beyond it a dense
   * product is faster on WASM. Below 0.25 the sparse form is smaller, too.
   */
  readonly maxDensity?: number;
}

type Weights = { readonly spec: tf.io.WeightsManifestEntry; readonly values: tf.TypedArray }[];

/**
 * The same model with sparse kernels in place of masked ones: each `Dense` layer whose kernel has enough zeros becomes a
 * `SparseDense` layer of the same name, which stores and computes the connections only.
 *
 *     activation(x·(W ∘ mask) + b), as before
 *
 * Dense layers are found in sequential and functional models, in models within models, and in wrappers such as
 * `timeDistributed`; so are layers of other kinds that have a `maskedKernel`. All else is copied. One kernel at a time is in
 * plain memory. The new model is not compiled; regularisers and constraints of the kernels stay behind.
 *
 * @param model Is left as it is.
 * @returns The caller disposes of it.
 * @throws ArgumentError if the model has no layer to convert, a mask fits no kernel, or `maxDensity` is out of range.
 * @example
 * const sparse = await toSparse(model); // its kernels have zeros
 * await sparse.save('file://sparse'); // values and indices only
 */
export async function toSparse(
  model: tfl.LayersModel,
  { masks, maxDensity = 0.5 }: ToSparseOptions = {},
): Promise<tfl.LayersModel> {
  const where = 'toSparse';
  if (!(maxDensity > 0 && maxDensity <= 1)) {
    const expected = 'in (0, 1]';
    throw new ArgumentError({ where, argument: 'options.maxDensity', got: maxDensity, expected });
  }
  const sources = findKernels(model);
  if (sources.length === 0) {
    const expected = 'a model with Dense layers, or others with a maskedKernel';
    throw new ArgumentError({ where, argument: 'model', got: model.name, expected });
  }
  if (masks) checkMasks(where, model, sources, masks);

  const connections = new Map<string, number>();
  const weights: Weights = [];
  const replaced = new Set<string>();
  for (const source of sources) {
    const sparse = await sparseWeights(source, masks, maxDensity);
    if (!sparse) continue;
    weights.push(...sparse);
    connections.set(source.layer.name, sparse[0]!.values.length);
    for (const { originalName } of source.layer.weights) replaced.add(originalName);
    if (source.bias) weights.push(await copyOf(`${source.scope}/bias`, source.bias.read()));
  }
  for (const weight of model.weights) {
    if (!replaced.has(weight.originalName)) weights.push(await copyOf(weight.originalName, weight.read()));
  }

  registerSparse();
  const artifacts: tf.io.ModelArtifacts = {
    modelTopology: replaceLayers(model, connections),
    weightSpecs: weights.map(({ spec }) => spec),
    weightData: weights.map(({ values }) => bufferOf(values)).filter(({ byteLength }) => byteLength > 0),
  };
  return tfl.loadLayersModel({ load: async () => artifacts });
}

/** The weights of a layer as `SparseDense` names them, the values first; `null` if it is too dense. */
async function sparseWeights(
  source: KernelSource,
  masks: MaskSet | undefined,
  maxDensity: number,
): Promise<Weights | null> {
  const kernel = source.read();
  const shape = kernel.shape as [number, number];
  const entries = await kernel.data<'float32'>();
  kernel.dispose();
  const { topology, values } = compress(entries, shape, keptBy(masks?.get(kernelName(source)), entries));
  if (values.length > maxDensity * entries.length) return null;
  const { columnPointers, rowIndices } = topology;
  const { rowPointers, columnIndices, permutation } = transposeTopology(topology);
  const arrays = { values, columnPointers, rowIndices, rowPointers, columnIndices, permutation };
  return Object.entries(arrays).map(([name, array]) => ({
    spec: {
      name: `${source.scope}/${name}`,
      shape: [array.length],
      dtype: name === 'values' ? 'float32' : 'int32',
    },
    values: array,
  }));
}

async function copyOf(name: string, tensor: tf.Tensor): Promise<Weights[number]> {
  const spec = { name, shape: tensor.shape, dtype: tensor.dtype as 'float32' };
  return { spec, values: (await tensor.data()) as tf.TypedArray };
}

function bufferOf(values: tf.TypedArray): ArrayBuffer {
  const { buffer, byteOffset, byteLength } = values;
  if (byteLength === buffer.byteLength) return buffer as ArrayBuffer;
  return buffer.slice(byteOffset, byteOffset + byteLength) as ArrayBuffer;
}

/** Masks may also speak of weights that have no sparse form, such as kernels of convolutions, but of none that is not there. */
function checkMasks(
  where: string,
  model: tfl.LayersModel,
  sources: readonly KernelSource[],
  masks: MaskSet,
): void {
  if (!(masks instanceof MaskSet)) {
    throw new ArgumentError({ where, argument: 'options.masks', got: masks, expected: 'a MaskSet' });
  }
  const shapes = new Map(
    model.weights.map(({ originalName, shape }) => [originalName, shape as readonly number[]]),
  );
  for (const source of sources) shapes.set(kernelName(source), source.shape);
  for (const { name, shape } of masks.report()) {
    const expected = shapes.get(name);
    const fault = (got: unknown, what: string) =>
      new ArgumentError({ where, argument: 'options.masks', got, expected: what });
    if (!expected) throw fault(name, `of weights of the model: ${[...shapes.keys()].join(', ')}`);
    if (!tf.util.arraysEqual([...shape], [...expected])) {
      throw fault([...shape], `of shape [${expected.join(', ')}] for ${name}`);
    }
  }
}
