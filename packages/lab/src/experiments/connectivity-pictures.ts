import { learnedMasks } from '@arborize/sparse';
import { CustomCallback, type LayersModel } from '@tensorflow/tfjs-layers';
import type { LinePicture, Picture } from '../experiment/picture.ts';

/** The side of an image of digits: connections of the first layer are shown on it. */
const SIDE = 28;

/** The state after an epoch. */
interface Watched {
  readonly epoch: number;
  readonly accuracy: number;
  readonly density: number;
  readonly layers: readonly number[];
}

const watched = new WeakMap<LayersModel, Watched[]>();

/** Remembers densities and accuracy after each epoch of a training. */
export function watchDensity(model: LayersModel): CustomCallback {
  watched.set(model, []);
  return new CustomCallback({
    onEpochEnd: async (epoch, logs) => {
      const masks = await learnedMasks(model);
      watched.get(model)!.push({
        epoch: epoch + 1,
        accuracy: 100 * ((logs as Record<string, number>).val_acc ?? Number.NaN),
        density: 100 * masks.density,
        layers: masks.report().map(({ density }) => 100 * density),
      });
    },
  });
}

/** How the connectivity of a model came to be, and where its connections are. */
export async function connectivityPictures(model: LayersModel): Promise<Picture[]> {
  const masks = await learnedMasks(model);
  const degrees = masks.names.map((name) => {
    const { shape, bits } = masks.get(name)!;
    const [inputs, units] = shape as [number, number];
    const [ofInputs, ofUnits] = [new Array<number>(inputs).fill(0), new Array<number>(units).fill(0)];
    for (let i = 0; i < inputs * units; i++) {
      if (!((bits[i >> 3]! >> (i & 7)) & 1)) continue;
      ofInputs[Math.floor(i / units)]!++;
      ofUnits[i % units]!++;
    }
    return { ofInputs, ofUnits };
  });
  const pixels = degrees[0]!.ofInputs;
  const map = {
    title: 'Connections of each pixel',
    caption: 'Pixels that tell nothing close only by λ: all of theirs, but late if it is small.',
    cells: Array.from({ length: SIDE }, (_, row) => pixels.slice(row * SIDE, (row + 1) * SIDE)),
  };
  return [
    ...overTime(watched.get(model) ?? []),
    ...(pixels.length === SIDE * SIDE ? [map] : []),
    histogram(degrees.map(({ ofUnits }) => ofUnits)),
  ];
}

function overTime(states: readonly Watched[]): LinePicture[] {
  if (states.length === 0) return [];
  return [
    {
      title: 'Connectivity over time',
      lines: states[0]!.layers.map((_, i) => ({
        label: `layer ${i + 1}`,
        points: states.map(({ epoch, layers }) => [epoch, layers[i]!] as const),
      })),
      x: { title: 'epoch' },
      y: { title: 'open connections, %', range: [0, 100] },
    },
    {
      title: 'Accuracy against density',
      caption: 'One point after each epoch, from right to left.',
      lines: [
        {
          label: 'test accuracy',
          points: states.map(({ density, accuracy }) => [density, accuracy] as const),
        },
      ],
      x: { title: 'open connections, %' },
      y: { title: 'test accuracy, %' },
    },
  ];
}

/** In classes of five, since a layer may have hundreds of inputs. */
function histogram(layers: readonly (readonly number[])[]): LinePicture {
  const lines = layers.map((degrees, i) => {
    const classes = new Array<number>(Math.floor(Math.max(...degrees) / 5) + 1).fill(0);
    for (const degree of degrees) classes[Math.floor(degree / 5)]!++;
    const points = classes.map((units, k) => [5 * k + 2, (100 * units) / degrees.length] as const);
    return { label: `layer ${i + 1}`, points };
  });
  const [x, y] = [{ title: 'incoming connections' }, { title: 'units, %' }];
  return { title: 'How many units have how many connections', lines, x, y };
}
