import { Random } from '@arborize/core';
import { type Dataset, loadImages, type Samples, subset, toTensors } from '@arborize/datasets';
import {
  type ContextSource,
  type ContinualTask,
  dendriticLeNet,
  oneHotContext,
  PrototypeContext,
  splitClasses,
} from '@arborize/dendritic';
import type * as tf from '@tensorflow/tfjs-core';
import type { Experiment, Scale, Task, Variant } from '../experiment/experiment.ts';
import {
  type ContinualModel,
  type ContinualRequest,
  type TrainedContinual,
  trainContinual,
} from '../experiment/train-continual.ts';
import { continualPictures } from './continual-pictures.ts';
import { textures } from './textures.ts';

const TASKS = 5;
/** Images of the user's folder that the small scale takes. */
const SMALL = { train: 4000, test: 1000 };

/** Whether a convolutional net with active dendrites remembers classes that it learned before others. */
export const splitCifar: Experiment = {
  name: 'split-cifar',
  title: 'Remembering classes of images',
  question:
    'Trained on some classes of images after others, with one head for all, does a small convolutional net remember the ' +
    'first ones better if dendrites that read the task gate its channels and units?',
  papers: [
    { title: 'The Role Of Biology In Deep Learning', url: 'https://arxiv.org/abs/2209.04425' },
    { title: 'Avoiding Catastrophe: Active Dendrites', url: 'https://arxiv.org/abs/2201.00042' },
  ],
  notes: [
    'The net is told the task in training and in tests; the last column infers it in tests, by the nearest mean image.',
    'All variants have the same layers; those without dendrites lack the parameters of the segments, a few percent.',
    'Neither flips nor turns the images, and trains for a fixed number of epochs.',
    'Not comparable with the published numbers: those were on CIFAR-100, with labels that had collapsed.',
  ],
  metric: { name: 'accuracy', title: 'mean accuracy over all tasks' },
  otherMetrics: [
    { name: 'forgetting', title: 'forgotten', better: 'lower' },
    { name: 'inferredAccuracy', title: 'with the task inferred' },
  ],
  curveBy: 'task',
  baseline: 'cnn',
  variants: {
    cnn: splitVariant((request) =>
      leNet(request, { segments: 0, convOn: false, denseOn: false, sparsity: 0 }),
    ),
    kWinnersOnly: splitVariant((request) => leNet(request, { segments: 0 })),
    activeDendrites: splitVariant((request) => leNet(request, {})),
  },
  protocol: {
    small: { optimizer: 'adam', batchSize: 32, phases: [{ epochs: 8, learningRate: 1e-3 }] },
    paper: { optimizer: 'adam', batchSize: 128, phases: [{ epochs: 30, learningRate: 1e-3 }] },
  },
  embedded: () => textures({ classes: 20, size: 12, seed: 0 }),
  load: async (directory, scale) => chosen(await loadImages(directory), scale),
};

/** A variant on tasks of neighbouring classes. */
function splitVariant(build: (request: ContinualRequest) => ContinualModel): Variant {
  return trainContinual({
    makeTasks: split,
    build: (request) => ({ keepOptimizer: true, ...build(request) }),
    measure: inferredAccuracy,
    pictures: continualPictures,
  });
}

function split({ data }: Task): { tasks: ContinualTask[]; dispose(): void } {
  const parts = (samples: Samples) => {
    const of = splitClasses(samples.ys, { classes: samples.classes, tasks: TASKS, seed: null });
    return of.map(({ indices, labels, classes }) => () => {
      const own = subset(samples, indices);
      return toTensors({ ...own, ys: labels, classes: classes.length });
    });
  };
  const [train, test] = [parts(data.train), parts(data.test)];
  return { tasks: train.map((each, i) => ({ train: each, test: test[i]! })), dispose() {} };
}

type LeNetOptions = Partial<Parameters<typeof dendriticLeNet>[0]>;

function leNet({ data, tasks, random }: ContinualRequest, options: LeNetOptions): ContinualModel {
  const inputShape = data.train.shape as [number, number, number];
  const small = inputShape[0] < 24;
  return {
    model: dendriticLeNet({
      inputShape,
      outputs: data.train.classes / tasks,
      contextDim: tasks,
      ...(small && { filters: [24], dense: [128], segments: 5, denseOn: 0.1 }),
      seed: random.integer(1_000_000),
      ...options,
    }),
    contexts: new TaskContext(
      tasks,
      inputShape.reduce((product, extent) => product * extent, 1),
    ),
  };
}

/** The task as a one-hot vector, told in training, and in tests told or inferred from the mean image of each task. */
class TaskContext implements ContextSource {
  readonly constant = true;
  told = true;
  private readonly given;
  private readonly prototypes;

  constructor(tasks: number, inputs: number) {
    this.given = oneHotContext(tasks);
    this.prototypes = new PrototypeContext({ width: inputs });
  }

  get width(): number {
    return this.given.width;
  }

  get count(): number {
    return this.given.count;
  }

  async beginTask(xs: tf.Tensor, task: number): Promise<void> {
    await this.given.beginTask(xs, task);
    await this.prototypes.beginTask(xs);
  }

  observe(): Promise<Float32Array> {
    return this.given.observe();
  }

  infer(xs: tf.Tensor, task: number): Promise<Int32Array> {
    return this.told ? this.given.infer(xs, task) : this.prototypes.infer(xs);
  }

  context(i: number): Float32Array {
    return this.given.context(i);
  }

  toJSON(): unknown {
    return [this.given.toJSON(), this.prototypes.toJSON()];
  }

  restore(json: unknown): void {
    const [given, prototypes] = json as [unknown, unknown];
    this.given.restore(given);
    this.prototypes.restore(prototypes);
  }
}

async function inferredAccuracy({ trainer, contexts }: TrainedContinual): Promise<Record<string, number>> {
  if (!(contexts instanceof TaskContext)) return {};
  contexts.told = false;
  const row = await trainer.test();
  contexts.told = true;
  return { inferredAccuracy: row.reduce((sum, accuracy) => sum + accuracy, 0) / row.length };
}

/** All images, or at the small scale as many of them, drawn at random. */
function chosen(data: Dataset, scale: Scale): Dataset {
  if (scale === 'paper') return data;
  const draw = (samples: Samples, count: number) =>
    samples.count <= count
      ? samples
      : subset(samples, new Random(0).permutation(samples.count).subarray(0, count));
  return { ...data, train: draw(data.train, SMALL.train), test: draw(data.test, SMALL.test) };
}
