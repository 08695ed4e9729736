import { type Block, blockOf, tensorOf } from '@arborize/core';
import * as tf from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';

/** All weights of a model in plain memory, in its order. */
export type Snapshot = readonly Block[];

export function takeSnapshot(model: LayersModel): Promise<Snapshot> {
  return Promise.all(model.weights.map((weight) => blockOf(weight.originalName, weight.read())));
}

/** Gives a model of the same architecture the weights of a snapshot, bit by bit. */
export function restoreSnapshot(model: LayersModel, snapshot: Snapshot): void {
  tf.tidy(() => {
    for (const [i, block] of snapshot.entries())
      (model.weights[i]!.read() as tf.Variable).assign(tensorOf(block));
  });
}

/** What the weights of a model look like: equal for models that can share snapshots. */
export function shapesOf(model: LayersModel): string {
  return model.weights.map((weight) => `${weight.read().dtype}[${weight.read().shape}]`).join(' ');
}
