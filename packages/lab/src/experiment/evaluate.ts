import { type Samples, toTensors } from '@arborize/datasets';
import { dispose, type Scalar } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';

/** Loss and accuracy of a compiled classifier of rows, for when the learning curve has but part of the test set. */
export async function evaluate(model: LayersModel, samples: Samples): Promise<Record<string, number>> {
  const { xs, ys } = toTensors(samples, { flatten: true });
  const scalars = model.evaluate(xs, ys, { batchSize: 1000 }) as Scalar[];
  const [testLoss, accuracy] = await Promise.all(scalars.map(async (scalar) => (await scalar.data())[0]!));
  dispose([xs, ys, scalars]);
  return { testLoss: testLoss!, accuracy: accuracy! };
}
