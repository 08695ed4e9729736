import { digits, loadMnist, split, take, toTensors } from '@arborize/datasets';
import {
  ClusterContext,
  type ContextSource,
  dendriticMLP,
  PrototypeContext,
  permutedTasks,
  SynapticIntelligence,
} from '@arborize/dendritic';
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import type { Experiment, Task, Variant } from '../experiment/experiment.ts';
import { type ContinualModel, type ContinualRequest, trainContinual } from '../experiment/train-continual.ts';
import { continualPictures } from './continual-pictures.ts';

const TASKS = { small: 5, paper: 10 } as const;
const HIDDEN = { small: 256, paper: 2048 } as const;
const SEGMENTS = { small: 5, paper: 10 } as const;
/** Plain nets forget less the slower they learn: the best rates of a sweep. */
const PLAIN_RATE = { small: 3e-4, paper: 3e-6 } as const;

/** Whether a net with active dendrites and k-winners remembers permutations of one data set better than a plain one. */
export const permutedMnist: Experiment = {
  name: 'permuted-mnist',
  title: 'Remembering ten orders of the same pixels',
  question:
    'Trained on one random order of pixels after another, does a net whose units are gated by dendrites that read the ' +
    'task, and compete, remember the first ones better than a plain net?',
  papers: [
    { title: 'Avoiding Catastrophe: Active Dendrites', url: 'https://arxiv.org/abs/2201.00042' },
    { title: 'Synaptic Intelligence', url: 'https://arxiv.org/abs/1703.04200' },
  ],
  notes: [
    'Tests do not tell the task: its context is the nearest prototype.',
    'mlp has the widths of activeDendrites, mlpMatched is so wide that it has its parameters.',
    'The plain nets learn at a lower rate of their own, the best of a sweep (paper scale: of the published one).',
    'At the small scale on the embedded digits the plain net is ahead: few winners learn slower than so few epochs last.',
  ],
  metric: { name: 'accuracy', title: 'mean accuracy over all tasks' },
  otherMetrics: [{ name: 'forgetting', title: 'forgotten', better: 'lower' }],
  curveBy: 'task',
  baseline: 'mlp',
  variants: {
    mlp: permuted((request) => plain(request, HIDDEN[request.scale])),
    mlpMatched: permuted((request) => plain(request, matchedWidth(request))),
    kWinnersOnly: permuted((request) => ({ model: net(request, { modulatedLayers: [] }) })),
    dendritesOnly: permuted((request) => gated(request, { percentOn: false })),
    activeDendrites: permuted((request) => gated(request, {})),
    clusteredContexts: permuted((request) =>
      gated(
        request,
        {},
        new ClusterContext({ inputs: inputsOf(request), width: CLUSTER_WIDTH[request.scale] }),
      ),
    ),
    withSynapticIntelligence: permuted((request) => ({
      ...gated(request, {}),
      synapticIntelligence: new SynapticIntelligence({ c: request.scale === 'paper' ? 0.1 : 10 }),
    })),
  },
  protocol: {
    small: { optimizer: 'adam', batchSize: 64, phases: [{ epochs: 4, learningRate: 1e-3 }] },
    paper: { optimizer: 'adam', batchSize: 256, phases: [{ epochs: 3, learningRate: 5e-4 }] },
  },
  embedded: () => ({ name: 'digits', ...split(digits({ count: 2500, seed: 0 })) }),
  load: async (directory, scale) => {
    const data = await loadMnist(directory);
    if (scale === 'paper') return data;
    return { ...data, train: take(data.train, 6000), test: take(data.test, 1000) };
  },
};

const CLUSTER_WIDTH = { small: 64, paper: 256 } as const;

/** A variant on permutations of the data. */
function permuted(build: (request: ContinualRequest) => ContinualModel): Variant {
  return trainContinual({
    makeTasks: (task) => permutations(task, TASKS[task.scale]),
    build,
    pictures: continualPictures,
  });
}

/** Samples as rows with the mean 0 and the deviation 1 of the training set's numbers, in different orders. */
function permutations({ data }: Task, count: number) {
  const { mean, deviation } = momentsOf(data.train.xs);
  const sets = [data.train, data.test].map((samples) => {
    const { xs, ys } = toTensors(samples, { flatten: true });
    const normal = tf.tidy(() => tf.div(tf.sub(xs, mean), deviation));
    xs.dispose();
    return { xs: normal, ys };
  });
  const [train, test] = sets as [(typeof sets)[0], (typeof sets)[0]];
  const tasks = permutedTasks(train, test, { tasks: count });
  return { tasks, dispose: () => tf.dispose(sets.flatMap(({ xs, ys }) => [xs, ys])) };
}

type NetOptions = Partial<Parameters<typeof dendriticMLP>[0]>;

/** The published net, with options of its own. */
function net(request: ContinualRequest, options: NetOptions): tfl.LayersModel {
  const { data, scale, random } = request;
  const inputDim = inputsOf(request);
  return dendriticMLP({
    inputDim,
    hidden: [HIDDEN[scale], HIDDEN[scale]],
    outputs: data.train.classes,
    contextDim: inputDim,
    segments: SEGMENTS[scale],
    segmentInitializer: 'sparseUniform',
    contextDensity: 0.1,
    seed: random.integer(1_000_000),
    ...options,
  });
}

/** The same on contexts of the nearest prototype, or of another source. */
function gated(
  request: ContinualRequest,
  options: NetOptions,
  contexts: ContextSource = new PrototypeContext({ width: inputsOf(request) }),
): ContinualModel {
  return { model: net(request, { contextDim: contexts.width, ...options }), contexts };
}

/** Two hidden layers of ReLU. */
function plain({ data, scale, random, ...rest }: ContinualRequest, width: number): ContinualModel {
  const inputs = inputsOf({ data, scale, random, ...rest });
  const seeded = () => ({ kernelInitializer: tfl.initializers.heUniform({ seed: random.uint32() }) });
  const model = tfl.sequential({
    layers: [
      tfl.layers.dense({ units: width, activation: 'relu', inputShape: [inputs], ...seeded() }),
      tfl.layers.dense({ units: width, activation: 'relu', ...seeded() }),
      tfl.layers.dense({ units: data.train.classes, activation: 'softmax', ...seeded() }),
    ],
  });
  return { model, learningRate: PLAIN_RATE[scale] };
}

/** The width at which a plain net has as many parameters as the one with dendrites. */
function matchedWidth(request: ContinualRequest): number {
  const [inputs, outputs] = [inputsOf(request), request.data.train.classes];
  const [hidden, segments] = [HIDDEN[request.scale], SEGMENTS[request.scale]];
  const weights = hidden * (inputs + hidden + outputs + 2) + outputs;
  const parameters = weights + 2 * hidden * segments * inputs;
  // width² + width·(inputs + outputs + 2) + outputs = parameters
  const half = (inputs + outputs + 2) / 2;
  return Math.round(Math.sqrt(half * half + parameters - outputs) - half);
}

function inputsOf({ data }: ContinualRequest): number {
  return data.train.shape.reduce((product, extent) => product * extent, 1);
}

function momentsOf(values: Float32Array): { mean: number; deviation: number } {
  let sum = 0;
  let squares = 0;
  for (const value of values) {
    sum += value;
    squares += value * value;
  }
  const mean = sum / values.length;
  return { mean, deviation: Math.sqrt(squares / values.length - mean * mean) };
}
