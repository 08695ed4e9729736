import { ADA } from '@arborize/activations';
import { Random } from '@arborize/core';
import { type Samples, toTensors, xor } from '@arborize/datasets';
import { PyramidalDense } from '@arborize/dendritic';
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import type { CurvePoint, Experiment, Variant } from '../experiment/experiment.ts';
import type { Picture } from '../experiment/picture.ts';
import { totalEpochs } from '../experiment/total-epochs.ts';

/** α and c of the bump whose peak is (1, 1). */
const BUMP = { alpha: 1, c: 1 } as const;
/** Steps after which the learning curve has a point. */
const POINTS = [1, 10, 30, 100, 300, 1000, 3000];

type Seeded = () => { readonly kernelInitializer: ReturnType<typeof tfl.initializers.glorotUniform> };

/** Whether one neuron with a dendritic activation learns XOR, which no ordinary neuron can. */
export const pynadaXor: Experiment = {
  name: 'pynada-xor',
  title: 'XOR by one neuron',
  question:
    'Does a single neuron whose activation falls again, as apical dendrites do, learn XOR, and how often from a random start?',
  papers: [
    { title: 'ADA and the pyramidal neuron PyNADA', url: 'https://arxiv.org/abs/2003.03229' },
    { title: 'Dendrites of human neurons (Gidon et al.)', url: 'https://doi.org/10.1126/science.aax6239' },
  ],
  notes: [
    'An outcome counts as solved if the outputs for all four corners are on the right side of 0.5.',
    'Each variant has as few parameters as its kind allows: one neuron, or for the network of ReLUs the three it needs.',
    'adaGiven and leakyAdaGiven start from the weights (1, 1) and the bias −0.5, the others from a random draw.',
  ],
  metric: { name: 'solved', title: 'XOR solved' },
  otherMetrics: [
    { name: 'accuracy', title: 'corners right' },
    { name: 'mse', title: 'mean squared error', format: 'number', better: 'lower' },
  ],
  curveBy: 'step',
  baseline: 'relu',
  variants: {
    relu: solver((seeded) => [
      tfl.layers.dense({ units: 1, activation: 'relu', ...seeded(), inputShape: [2] }),
    ]),
    reluNetwork: solver((seeded) => [
      tfl.layers.dense({ units: 2, activation: 'relu', ...seeded(), inputShape: [2] }),
      tfl.layers.dense({ units: 1, ...seeded() }),
    ]),
    ada: solver((seeded) => neuron(0, seeded)),
    leakyAda: solver((seeded) => neuron(0.01, seeded)),
    pyramidal: solver((seeded) => [new PyramidalDense({ units: 1, ...BUMP, ...seeded(), inputShape: [2] })]),
    adaGiven: solver(() => neuron(0, given)),
    leakyAdaGiven: solver(() => neuron(0.01, given)),
  },
  protocol: {
    small: { optimizer: 'adam', batchSize: 4, phases: [{ epochs: 1000, learningRate: 0.05 }] },
    paper: { optimizer: 'adam', batchSize: 4, phases: [{ epochs: 3000, learningRate: 0.05 }] },
  },
  embedded: () => {
    const { ys, ...corners } = xor({ count: 4, seed: 0, noise: 0 });
    const samples: Samples = { ...corners, ys: Float32Array.from(ys), classes: 0 };
    return { name: 'XOR', train: samples, test: samples };
  },
};

/** One linear neuron and ADA. */
function neuron(leak: number, seeded: () => object): tfl.layers.Layer[] {
  return [tfl.layers.dense({ units: 1, inputShape: [2], ...seeded() }), new ADA({ ...BUMP, leak })];
}

function given(): object {
  const { ones, constant } = tfl.initializers;
  return { kernelInitializer: ones(), biasInitializer: constant({ value: -0.5 }) };
}

/** Trains on the four corners at once, a step for each epoch of the protocol. */
function solver(layers: (seeded: Seeded) => tfl.layers.Layer[]): Variant {
  return async ({ data, protocol, seed, progress }) => {
    const random = new Random(seed);
    const seeded: Seeded = () => ({
      kernelInitializer: tfl.initializers.glorotUniform({ seed: random.uint32() }),
    });
    const model = tfl.sequential({ layers: layers(seeded) });
    const { xs, ys } = toTensors(data.train);
    model.compile({
      optimizer: tf.train.adam(protocol.phases[0]!.learningRate),
      loss: 'meanSquaredError',
    });
    const steps = totalEpochs(protocol);
    const curve: CurvePoint[] = [];
    let began = performance.now();
    try {
      for (let step = 1; step <= steps; step++) {
        await model.trainOnBatch(xs, ys);
        if (step !== steps && !POINTS.includes(step)) continue;
        const seconds = (performance.now() - began) / 1000;
        curve.push({ epoch: step, seconds, ...(await cornersOf(model, xs, data.train.ys)) });
        progress(step / steps, `step ${step}/${steps}`);
        began = performance.now();
      }
      const { epoch, seconds, ...metrics } = curve.at(-1)!;
      return {
        metrics: { ...metrics, solved: metrics.accuracy === 1 ? 1 : 0 } as Record<string, number>,
        parameters: model.countParams(),
        curve,
        ...(seed === 0 && { pictures: [await boundary(model, data.train)] }),
      };
    } finally {
      model.dispose();
      model.optimizer.dispose();
      tf.dispose([xs, ys]);
    }
  };
}

async function cornersOf(
  model: tfl.LayersModel,
  xs: tf.Tensor,
  targets: ArrayLike<number>,
): Promise<{ mse: number; accuracy: number }> {
  const y = model.predict(xs) as tf.Tensor;
  const outputs = Array.from(await y.data());
  y.dispose();
  const right = outputs.filter((output, i) => output > 0.5 === targets[i]! > 0.5).length;
  const squared = outputs.reduce((sum, output, i) => sum + (output - targets[i]!) ** 2, 0);
  return { mse: squared / outputs.length, accuracy: right / outputs.length };
}

const CELLS = 41;
const RANGE = [-0.5, 1.5] as const;

/** The output over the plane; its decision changes where the colours meet. */
async function boundary(model: tfl.LayersModel, { xs, ys }: Samples): Promise<Picture> {
  const at = (i: number) => RANGE[0] + ((RANGE[1] - RANGE[0]) * (i + 0.5)) / CELLS;
  const grid = Array.from({ length: CELLS ** 2 }, (_, i) => [
    at(i % CELLS),
    at(CELLS - 1 - Math.floor(i / CELLS)),
  ]);
  const y = tf.tidy(() => model.predict(tf.tensor2d(grid)) as tf.Tensor);
  const values = Array.from(await y.data(), (value) => Number(value.toFixed(3)));
  y.dispose();
  return {
    title: 'Output over the plane',
    caption: 'Above 0.5 the neuron says that one input is on, but not both.',
    cells: Array.from({ length: CELLS }, (_, row) => values.slice(row * CELLS, (row + 1) * CELLS)),
    range: [-0.5, 1.5],
    center: 0.5,
    points: Array.from(ys, (label, i) => ({ x: xs[2 * i]!, y: xs[2 * i + 1]!, label: String(label) })),
    x: { title: 'x₁', range: RANGE },
    y: { title: 'x₂', range: RANGE },
  };
}
