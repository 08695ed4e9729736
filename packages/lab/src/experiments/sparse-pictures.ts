import { SparseDense, topologyOf } from '@arborize/sparse';
import { CustomCallback, type LayersModel } from '@tensorflow/tfjs-layers';
import type { HeatMap, LinePicture, Picture } from '../experiment/picture.ts';

/** The side of an image of digits: connections of the first layer are shown on it. */
const SIDE = 28;

/** For each model in training, how many connections each input had at the start. */
const starts = new WeakMap<LayersModel, number[]>();

/** Remembers where the first layer's connections were before the training. */
export function watchConnections(model: LayersModel): CustomCallback {
  return new CustomCallback({
    onTrainBegin: async () => {
      const [first] = sparseLayers(model);
      if (first) starts.set(model, await degrees(first, 'inputs'));
    },
  });
}

/** Where the connections of a trained model are: those of each pixel before and after, and how many units have how many. */
export async function degreePictures(model: LayersModel): Promise<Picture[]> {
  const layers = sparseLayers(model);
  const after = await degrees(layers[0]!, 'inputs');
  const before = starts.get(model);
  const maps =
    after.length === SIDE * SIDE
      ? [
          ...(before ? [onPixels('Connections of each pixel before', before)] : []),
          onPixels('Connections of each pixel after', after),
        ]
      : [];
  return [...maps, await histogram(layers)];
}

function sparseLayers(model: LayersModel): SparseDense[] {
  return model.layers.filter((layer) => layer instanceof SparseDense);
}

function onPixels(title: string, counts: readonly number[]): HeatMap {
  const cells = Array.from({ length: SIDE }, (_, row) => counts.slice(row * SIDE, (row + 1) * SIDE));
  return { title, caption: 'A topology that evolves moves its connections to where the digits are.', cells };
}

async function histogram(layers: readonly SparseDense[]): Promise<LinePicture> {
  const lines = await Promise.all(
    layers.map(async (layer, i) => {
      const counts = await degrees(layer, 'units');
      const widest = Math.max(...counts);
      const points = Array.from(
        { length: widest + 1 },
        (_, degree) => [degree, counts.filter((count) => count === degree).length] as const,
      );
      return { label: `hidden layer ${i + 1}`, points };
    }),
  );
  const [x, y] = [{ title: 'incoming connections' }, { title: 'units' }];
  return { title: 'How many units have how many connections', lines, x, y };
}

async function degrees(layer: SparseDense, of: 'inputs' | 'units'): Promise<number[]> {
  const { inputs, outputs, columnPointers, rowIndices } = await topologyOf(layer.matrix.pattern);
  if (of === 'units') {
    return Array.from({ length: outputs }, (_, j) => columnPointers[j + 1]! - columnPointers[j]!);
  }
  const counts = new Array<number>(inputs).fill(0);
  for (const row of rowIndices) counts[row]!++;
  return counts;
}
