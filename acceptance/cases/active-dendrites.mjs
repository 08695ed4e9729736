import { Random } from '@arborize/core';
import { toTensors } from '@arborize/datasets';
import { dendriticMLP, PrototypeContext, permutedTasks, SynapticIntelligence } from '@arborize/dendritic';
import { splitCifar, trainContinual } from '@arborize/lab';
import * as tf from '@tensorflow/tfjs-core';
import { initializers, layers, sequential } from '@tensorflow/tfjs-layers';
import { mean } from '../judge.mjs';

const CLASSES = 10;
const FEATURES = 64;

/** Ten classes of sparse, positive features, of which some are active in all classes: x = max(0, mean + noise). */
function sparseClasses() {
  const random = new Random(1);
  const active = Float64Array.from({ length: FEATURES }, () => random.uniform() ** 2);
  const means = Float64Array.from(
    { length: CLASSES * FEATURES },
    (_, i) => active[i % FEATURES] * random.uniform(0, 2),
  );
  const draw = (count) => {
    const ys = Int32Array.from({ length: count }, () => random.integer(CLASSES));
    const xs = Float32Array.from({ length: count * FEATURES }, (_, i) => {
      const feature = i % FEATURES;
      const center = means[ys[Math.floor(i / FEATURES)] * FEATURES + feature];
      return Math.max(0, center + 0.5 * active[feature] * random.normal());
    });
    return { shape: [FEATURES], xs, ys, classes: CLASSES, count };
  };
  return { name: 'sparse classes', train: draw(2000), test: draw(1000) };
}

/** An experiment on permutations of these features. */
function permutations({ tasks: count, hidden, rate, variants }) {
  const makeTasks = ({ data, seed }) => {
    const values = data.train.xs;
    const average = mean([...values]);
    const deviation = Math.sqrt(mean(Array.from(values, (x) => (x - average) ** 2)));
    const [train, test] = [data.train, data.test].map((samples) => {
      const { xs, ys } = toTensors(samples);
      const normal = tf.tidy(() => tf.div(tf.sub(xs, average), deviation));
      xs.dispose();
      return { xs: normal, ys };
    });
    const tasks = permutedTasks(train, test, { tasks: count, seed: 42 + seed });
    return { tasks, dispose: () => tf.dispose([train, test]) };
  };
  const variant = (build) => trainContinual({ makeTasks, build });
  const net = ({ tasks, random }, options = {}) =>
    dendriticMLP({
      inputDim: FEATURES,
      hidden: [hidden, hidden],
      outputs: CLASSES,
      contextDim: FEATURES,
      segments: tasks,
      segmentInitializer: 'sparseUniform',
      contextDensity: 0.1,
      seed: random.integer(1_000_000),
      ...options,
    });
  const gated = (request, options) => ({
    model: net(request, options),
    contexts: new PrototypeContext({ width: FEATURES }),
  });
  const plain =
    (learningRate) =>
    ({ random }) => {
      const seeded = () => ({ kernelInitializer: initializers.heUniform({ seed: random.uint32() }) });
      const dense = (units, activation, rest = {}) =>
        layers.dense({ units, activation, ...seeded(), ...rest });
      const inputShape = [FEATURES];
      const stack = [dense(hidden, 'relu', { inputShape }), dense(hidden, 'relu'), dense(CLASSES, 'softmax')];
      return { learningRate, model: sequential({ layers: stack }) };
    };
  const all = {
    both: variant((request) => gated(request)),
    mlp: variant(plain(rate / 2)),
    mlpSlow: variant(plain(1e-4)),
    mlpSlower: variant(plain(3e-5)),
    kWinners: variant((request) => ({ model: net(request, { modulatedLayers: [] }) })),
    dendrites: variant((request) => gated(request, { percentOn: false })),
    protected: variant((request) => ({
      ...gated(request),
      synapticIntelligence: new SynapticIntelligence({ c: 10, damping: 0.1 }),
    })),
  };
  return {
    name: `permuted-features-${count}`,
    title: 'Remembering permutations of features',
    question: 'Does a net with active dendrites and k-winners remember more than a plain one?',
    papers: [{ title: 'Avoiding Catastrophe', url: 'https://arxiv.org/abs/2201.00042' }],
    metric: { name: 'accuracy', title: 'mean accuracy over all tasks' },
    curveBy: 'task',
    baseline: 'mlp',
    variants: Object.fromEntries(variants.map((name) => [name, all[name]])),
    protocol: {
      small: { optimizer: 'adam', batchSize: 64, phases: [{ epochs: 5, learningRate: rate }] },
      paper: { optimizer: 'adam', batchSize: 64, phases: [{ epochs: 5, learningRate: rate }] },
    },
    embedded: sparseClasses,
  };
}

/** The best of several plain nets, by mean. */
const bestOf = (scores, names) => Math.max(...names.map((name) => mean(scores(name))));

export default [
  {
    name: 'active-dendrites-5',
    what: 'mean accuracy after 5 permutations of 64 features, contexts inferred',
    experiment: permutations({
      tasks: 5,
      hidden: 256,
      rate: 1e-3,
      variants: ['both', 'mlp', 'mlpSlow', 'kWinners', 'dendrites', 'protected'],
    }),
    run: { seeds: 3 },
    require: [
      { what: 'dendrites and k-winners, mean', measured: (scores) => mean(scores('both')), atLeast: 0.8 },
      {
        what: 'their lead over the best plain net',
        measured: (scores) => mean(scores('both')) - bestOf(scores, ['mlp', 'mlpSlow']),
        atLeast: 0.07,
      },
      {
        what: 'what synaptic intelligence adds',
        measured: (scores) => mean(scores('protected')) - mean(scores('both')),
        atLeast: 0.03,
      },
    ],
  },
  {
    name: 'active-dendrites-10',
    what: 'mean accuracy after 10 permutations of 64 features, contexts inferred',
    experiment: permutations({
      tasks: 10,
      hidden: 512,
      rate: 5e-4,
      variants: ['both', 'mlpSlow', 'mlpSlower'],
    }),
    run: { seeds: 1 },
    require: [
      { what: 'dendrites and k-winners', measured: (scores) => mean(scores('both')), atLeast: 0.89 },
      {
        what: 'their lead over the best plain net',
        measured: (scores) => mean(scores('both')) - bestOf(scores, ['mlpSlow', 'mlpSlower']),
        atLeast: 0.25,
      },
    ],
  },
  {
    name: 'active-dendrites-conv',
    what: 'mean accuracy after 5 tasks of 4 classes of textures, contexts one-hot and told',
    experiment: splitCifar,
    run: { seeds: 2 },
    require: [
      {
        what: 'active dendrites, mean',
        measured: (scores) => mean(scores('activeDendrites')),
        atLeast: 0.65,
      },
      {
        what: 'their lead over a plain CNN',
        measured: (scores) => mean(scores('activeDendrites')) - mean(scores('cnn')),
        atLeast: 0.25,
      },
    ],
  },
  {
    name: 'permuted-mnist',
    what: 'mean accuracy after 10 permutations of MNIST, 2048 units twice, 10 segments, contexts inferred',
    experiment: 'permuted-mnist',
    data: 'mnist',
    run: { seeds: 1, scale: 'paper', variants: ['mlp', 'activeDendrites'] },
    require: [
      {
        what: 'active dendrites with k-winners',
        measured: (scores) => mean(scores('activeDendrites')),
        atLeast: 0.935,
        published: 0.9455,
      },
      {
        what: 'their lead over the plain net',
        measured: (scores) => mean(scores('activeDendrites')) - mean(scores('mlp')),
        atLeast: 0.05,
        published: 0.1252,
      },
    ],
  },
];
