import '@tensorflow/tfjs-backend-cpu';
import type * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { describe, expect, it } from 'vitest';
import { applyMasks } from '../pruning/apply-masks.ts';
import { magnitudeMasks } from '../pruning/magnitude-masks.ts';
import { prunableWeights } from '../pruning/prunable-weights.ts';
import { packWeights, unpackWeights } from './pack-weights.ts';
import { packedZeros } from './packed-zeros.ts';

/** A place in memory that keeps what a file would: specs as text, and bytes. */
function memoryPlace(): tf.io.IOHandler & { text: string; data: ArrayBuffer } {
  return {
    text: '',
    data: new ArrayBuffer(0),
    async save({ weightData, ...rest }) {
      this.text = JSON.stringify(rest);
      this.data = weightData as ArrayBuffer;
      return { modelArtifactsInfo: { dateSaved: new Date(), modelTopologyType: 'JSON' } };
    },
    async load() {
      return { ...JSON.parse(this.text), weightData: this.data };
    },
  };
}

async function prunedModel(density: number): Promise<tfl.LayersModel> {
  const model = tfl.sequential({
    layers: [
      tfl.layers.dense({ units: 37, activation: 'relu', inputShape: [21] }),
      tfl.layers.batchNormalization(),
      tfl.layers.dense({ units: 5 }),
    ],
  });
  applyMasks(model, await magnitudeMasks(prunableWeights(model), { density }));
  return model;
}

const weightsOf = (model: tfl.LayersModel) =>
  Promise.all(model.getWeights().map(async (weight) => [...(await weight.data())]));

describe('packWeights: closed form', () => {
  const weights = (numbers: number[]) => ({
    specs: [{ name: 'w', shape: [numbers.length], dtype: 'float32' as const }],
    bytes: new Uint8Array(Float32Array.from(numbers).buffer),
  });

  it('keeps a bit for each number, and the numbers that are not 0', () => {
    const given = weights([0, 2, 0, 0, -0, 0, 0, 0, 0, 3]);
    const { specs, bytes } = packWeights(given);
    expect(specs[0]).toEqual({ ...given.specs[0], packing: { encoding: 'bitmask', kept: 3 } });
    expect([...bytes.subarray(0, 2)]).toEqual([0b00010010, 0b10]);
    expect([...new Float32Array(bytes.slice(2).buffer)]).toEqual([2, -0, 3]);
    expect(unpackWeights({ specs, bytes })).toEqual(given);
  });

  it('leaves alone what would not be smaller, and other types', () => {
    const full = weights([1, 2, 3]);
    expect(packWeights(full)).toEqual(full);
    const integers = { specs: [{ ...full.specs[0]!, dtype: 'int32' as const }], bytes: new Uint8Array(12) };
    expect(packWeights(integers)).toEqual(integers);
  });
});

describe('packedZeros: serialises', () => {
  it.each([1, 0.5, 0.1])('a model of density %d to the same bits', async (density) => {
    const [packed, plain] = [memoryPlace(), memoryPlace()];
    const model = await prunedModel(density);
    await model.save(packedZeros(packed));
    await model.save(plain);
    const copy = await tfl.loadLayersModel(packedZeros(packed));
    expect(await weightsOf(copy)).toEqual(await weightsOf(model));
    // Kernels of 21·37 + 37·5 numbers; the biases, which are 0, and the other weights of the normalisation are small.
    const size = 962;
    if (density < 1) {
      const saved = plain.data.byteLength - packed.data.byteLength;
      expect(saved).toBeGreaterThanOrEqual(Math.floor(4 * size * (1 - density) - size / 8 - 4));
    }
  });
});

describe('packedZeros: errors', () => {
  it('refuses data that are cut off or damaged, before it loads anything', async () => {
    const place = memoryPlace();
    await (await prunedModel(0.1)).save(packedZeros(place));
    const whole = place.data;
    for (const length of [0, 10, whole.byteLength - 1]) {
      place.data = whole.slice(0, length);
      await expect(tfl.loadLayersModel(packedZeros(place))).rejects.toThrow(
        `packedZeros: weightData must be ${whole.byteLength} bytes, got '${length} bytes'`,
      );
    }
    place.data = whole.slice(0);
    new Uint8Array(place.data)[0]! ^= 1;
    await expect(tfl.loadLayersModel(packedZeros(place))).rejects.toThrow('a mask with');
    place.data = whole;
    place.text = place.text.replaceAll('"bitmask"', '"csr"');
    await expect(tfl.loadLayersModel(packedZeros(place))).rejects.toThrow("of encoding 'bitmask'");
  });

  it('refuses a place that does not exist', async () => {
    const model = await prunedModel(1);
    await expect(model.save(packedZeros('nowhere://x'))).rejects.toThrow('a URL or a handler that can save');
    await expect(tfl.loadLayersModel(packedZeros('nowhere://x'))).rejects.toThrow('that can load');
  });
});
