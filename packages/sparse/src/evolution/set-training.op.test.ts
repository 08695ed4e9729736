import { wrapOptimizer } from '@arborize/core';
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { expect, it } from 'vitest';
import { SparseDense } from '../layer/sparse-dense.ts';
import { positionsOf } from '../pattern/topology.ts';
import { connectionsOf } from './evolve-layer.ts';
import { setEvolution } from './set-evolution.ts';

const [EXAMPLES, BATCH, EPOCHS] = [20, 8, 4];
const [RATE, MOMENTUM, DECAY, SLOPE, ZETA] = [0.1, 0.9, 0.01, 0.6, 0.3];

/** A layer in double precision, as if it were dense. */
interface Plain {
  readonly w: Float64Array;
  readonly v: Float64Array;
  readonly bias: Float64Array;
  readonly vBias: Float64Array;
  /** 1 where there is a connection. */
  readonly mask: Uint8Array;
}

/** The dense weights [inputs · outputs], position row + column · inputs, of what a layer holds. */
async function read(layer: tfl.layers.Layer): Promise<Pick<Plain, 'w' | 'mask' | 'bias'>> {
  const bias = Float64Array.from(
    await layer.weights
      .find(({ name }) => name.includes('bias'))!
      .read()
      .data(),
  );
  if (layer instanceof SparseDense) {
    const { topology, values } = await connectionsOf(layer);
    const [w, mask] = [new Float64Array(layer.positions), new Uint8Array(layer.positions)];
    for (const [p, position] of positionsOf(topology).entries())
      [w[position], mask[position]] = [values[p]!, 1];
    return { w, mask, bias };
  }
  const w = Float64Array.from(await tf.tidy(() => tf.transpose(layer.weights[0]!.read())).data());
  return { w, mask: new Uint8Array(w.length).fill(1), bias };
}

/** One step of momentum and decay on the mean cross-entropy of a batch. */
function descend(
  layers: readonly Plain[],
  xs: Float32Array,
  ys: Int32Array,
  begin: number,
  count: number,
): void {
  const gradients = layers.map(({ w, bias }) => ({
    w: new Float64Array(w.length),
    bias: new Float64Array(bias.length),
  }));
  for (let b = begin; b < begin + count; b++) {
    const inputs = [Float64Array.from(xs.subarray(12 * b, 12 * b + 12))];
    const sums: Float64Array[] = [];
    for (const [l, { w, bias }] of layers.entries()) {
      const x = inputs[l]!;
      const z = bias.map((offset, j) =>
        x.reduce((sum, value, i) => sum + value * w[i + j * x.length]!, offset),
      );
      sums.push(z);
      inputs.push(
        l < layers.length - 1 ? z.map((value) => (value > 0 ? value : SLOPE * value)) : z.map(Math.exp),
      );
    }
    const total = inputs.at(-1)!.reduce((a, c) => a + c);
    let dz = inputs.at(-1)!.map((e, j) => (e / total - Number(j === ys[b])) / count);
    for (let l = layers.length - 1; l >= 0; l--) {
      const x = inputs[l]!;
      const { w } = layers[l]!;
      const dx = new Float64Array(x.length);
      for (const [j, d] of dz.entries()) {
        gradients[l]!.bias[j]! += d;
        for (const [i, value] of x.entries()) {
          gradients[l]!.w[i + j * x.length]! += d * value;
          dx[i]! += d * w[i + j * x.length]!;
        }
      }
      if (l > 0) dz = dx.map((d, i) => (sums[l - 1]![i]! > 0 ? d : SLOPE * d));
    }
  }
  const step = (w: Float64Array, v: Float64Array, g: Float64Array, isThere: (k: number) => boolean) => {
    for (const k of w.keys()) {
      if (!isThere(k)) continue;
      v[k] = MOMENTUM * v[k]! - RATE * g[k]!;
      w[k] = (1 - DECAY) * w[k]! + v[k]!;
    }
  };
  for (const [l, { w, v, bias, vBias, mask }] of layers.entries()) {
    step(w, v, gradients[l]!.w, (k) => mask[k] === 1);
    step(bias, vBias, gradients[l]!.bias, () => true);
  }
}

/** Removes of each sign the share ζ nearest to 0 and takes over the values of `after` where something has grown. */
function evolve({ w, v, mask }: Plain, after: Pick<Plain, 'w' | 'mask'>): void {
  const there = [...mask.keys()].filter((k) => mask[k] === 1);
  for (const sign of [there.filter((k) => w[k]! < 0), there.filter((k) => w[k]! >= 0)]) {
    sign.sort((a, b) => Math.abs(w[a]!) - Math.abs(w[b]!));
    for (const k of sign.slice(0, Math.floor(ZETA * sign.length))) [w[k], v[k], mask[k]] = [0, 0, 0];
  }
  for (const k of mask.keys()) {
    if (mask[k] === 1) expect(after.mask[k], 'kept').toBe(1);
    else if (after.mask[k] === 1) [w[k], mask[k]] = [after.w[k]!, 1];
  }
  expect(mask.reduce((sum, mark) => sum + mark, 0)).toBe(there.length);
}

it('SET, against reference: a training is that of double precision, momentum and decay of each connection included', async () => {
  const xs = tf.randomNormal([EXAMPLES, 12], 0, 1, 'float32', 1);
  const classes = tf.tidy(() => tf.argMax(tf.slice(xs, [0, 0], [EXAMPLES, 3]), 1));
  const hidden = (seed: number, inputShape?: number[]) =>
    new SparseDense({ units: 14, density: 0.25, seed, breakEven: [[1, 1]], inputShape });
  const model = tfl.sequential({
    layers: [
      hidden(1, [12]),
      tfl.layers.leakyReLU({ alpha: SLOPE }),
      hidden(2),
      tfl.layers.leakyReLU({ alpha: SLOPE }),
      tfl.layers.dense({ units: 3, activation: 'softmax' }),
    ],
  });
  const optimizer = wrapOptimizer(tf.train.momentum(RATE, MOMENTUM), (gradients, apply) => {
    const variables = tf.engine().registeredVariables;
    for (const { name } of gradients)
      tf.tidy(() => variables[name]!.assign(tf.mul(variables[name]!, 1 - DECAY)));
    apply(gradients);
  });
  model.compile({ optimizer, loss: 'categoricalCrossentropy' });
  const withWeights = () => Promise.all(model.layers.filter(({ weights }) => weights.length > 0).map(read));
  const plain: Plain[] = (await withWeights()).map((read) => ({
    ...read,
    v: new Float64Array(read.w.length),
    vBias: new Float64Array(read.bias.length),
  }));
  const after: Awaited<ReturnType<typeof withWeights>>[] = [];
  await model.fit(xs, tf.oneHot(classes as tf.Tensor1D, 3), {
    epochs: EPOCHS,
    batchSize: BATCH,
    shuffle: false,
    verbose: 0,
    callbacks: [
      setEvolution({ zeta: ZETA, seed: 1 }),
      new tfl.CustomCallback({ onEpochEnd: async () => void after.push(await withWeights()) }),
    ],
  });

  const [x, y] = [await xs.data<'float32'>(), await classes.data<'int32'>()];
  for (let epoch = 0; epoch < EPOCHS; epoch++) {
    for (let begin = 0; begin < EXAMPLES; begin += BATCH) {
      descend(plain, x, y, begin, Math.min(BATCH, EXAMPLES - begin));
    }
    const state = after[epoch]!;
    if (epoch < EPOCHS - 1) for (const l of [0, 1]) evolve(plain[l]!, state[l]!);
    for (const [l, { w, bias, mask }] of plain.entries()) {
      expect(state[l]!.mask, `connections, epoch ${epoch}`).toEqual(mask);
      expect(Math.max(...w.map((value, k) => Math.abs(value - state[l]!.w[k]!)))).toBeLessThan(2e-5);
      expect(Math.max(...bias.map((value, k) => Math.abs(value - state[l]!.bias[k]!)))).toBeLessThan(2e-5);
    }
  }
});
