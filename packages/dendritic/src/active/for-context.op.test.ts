import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { describe, expect, it } from 'vitest';
import { KWinners2D } from '../k-winners/k-winners-2d-layer.ts';
import { ActiveDendriteConv2D } from './active-dendrite-conv-2d.ts';
import { ActiveDendriteDense } from './active-dendrite-dense.ts';
import { ContextTable } from './context-table.ts';
import { dendriticMLP } from './dendritic-mlp.ts';
import { forContext } from './for-context.ts';
import type { GateMode } from './gate-mode.ts';

async function predicted(model: tfl.LayersModel, xs: tf.Tensor | tf.Tensor[]) {
  const y = model.predict(xs) as tf.Tensor;
  const values = await y.data();
  y.dispose();
  return values;
}

describe('forContext', () => {
  const context = [0.4, -1.1, 0.7];

  it.each(['absMaxGate', 'maxGate', 'absMaxGateUnsigned', 'bias'] as GateMode[])(
    'equals the model with that context, with stock layers alone: %s',
    async (mode) => {
      const model = dendriticMLP({
        inputDim: 5,
        hidden: [8, 6],
        outputs: 3,
        contextDim: 3,
        segments: 2,
        percentOn: 0.5,
        mode,
      });
      const x = tf.randomNormal([4, 5]);
      const rows = tf.tile(tf.tensor2d([context]), [4, 1]);
      const plain = forContext(model, context);
      expect(await predicted(plain, x)).toBeAllClose(await predicted(model, [x, rows]));
      const classes = plain.layers.map((layer) => layer.getClassName());
      expect(classes).toEqual(['InputLayer', 'Dense', 'KWinners', 'Dense', 'KWinners', 'Dense']);
      plain.dispose();
      expect(await predicted(model, [x, rows])).toHaveLength(12);
      model.dispose();
      tf.dispose([x, rows]);
    },
  );

  it('folds convolutions and contexts from a table, on branching graphs', async () => {
    const [x, task] = [tfl.input({ shape: [5, 5, 2] }), tfl.input({ shape: [1] })];
    const [contexts, index] = new ContextTable({ contexts: [[0, 0, 1], context] }).apply(
      task,
    ) as tfl.SymbolicTensor[];
    const conv = new ActiveDendriteConv2D({
      filters: 4,
      kernelSize: 3,
      strides: 2,
      padding: 'same',
      segments: 2,
      useBias: false,
      sparsity: 0.3,
    });
    const y = conv.apply([x, contexts!, index!]) as tfl.SymbolicTensor;
    const kept = new KWinners2D({ percentOn: 0.3 }).apply(y) as tfl.SymbolicTensor;
    const [left, right] = [kept, y].map((tensor) => tfl.layers.flatten().apply(tensor) as tfl.SymbolicTensor);
    const both = tfl.layers.concatenate().apply([left!, right!]) as tfl.SymbolicTensor;
    const z = new ActiveDendriteDense({ units: 3, segments: 2 }).apply([both, contexts!, index!]);
    const model = tfl.model({ inputs: [x, task], outputs: z as tfl.SymbolicTensor });
    const plain = forContext(model, context);
    expect(plain.inputs).toHaveLength(1);
    const xs = tf.randomNormal([2, 5, 5, 2]);
    const tasks = tf.ones([2, 1]);
    expect(await predicted(plain, xs)).toBeAllClose(await predicted(model, [xs, tasks]));
    plain.dispose();
    model.dispose();
    tf.dispose([xs, tasks]);
  });

  it('leaves nothing behind but the model it makes', () => {
    const model = dendriticMLP({
      inputDim: 3,
      hidden: [4],
      outputs: 2,
      contextDim: 3,
      segments: 2,
      percentOn: 0.5,
    });
    const before = tf.memory().numTensors;
    forContext(model, context).dispose();
    expect(tf.memory().numTensors).toBe(before);
    expect(() => forContext(model, [1, 2])).toThrow('forContext: context must be 3 numbers, which');
    expect(tf.memory().numTensors).toBe(before);
    model.dispose();
  });
});
