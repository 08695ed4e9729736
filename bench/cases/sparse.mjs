import { decoupledWeightDecay } from '@arborize/core';
import { digits } from '@arborize/datasets';
import {
  SparseDense,
  setEvolution,
  sparseDenseMatMul,
  sparsePattern,
  toDense,
  topologyOf,
} from '@arborize/sparse';
import * as tf from '@tensorflow/tfjs-core';
import { layers, sequential } from '@tensorflow/tfjs-layers';
import { full, labels, noise } from '../data.mjs';
import { onBackend } from '../peers/backends.mjs';
import { inScipy } from '../peers/scipy.mjs';

const BATCH = 128;
const WIDTHS = [784, 1000, 1000, 1000];
const CLASSES = 10;
const ALWAYS_SPARSE = [[1, 1]];
/** Batches of an epoch: 9984 examples. */
const STEPS = 78;
/** Of momentum. */
const [RATE, MOMENTUM] = [0.01, 0.9];
/** The share of the connections that SET replaces. */
const ZETA = 0.3;
/** What the authors train with beyond ReLU and momentum: All-ReLU, dropout, and a decay of the weights at each step. */
const PUBLISHED = { slopes: [-0.6, 0.6, -0.6], dropout: 0.3, decay: 2e-4 };

/** Compressed columns in which each position is connected with the given probability. */
function topology(inputs, outputs, density, seed) {
  const { values: draws } = noise([outputs, inputs], seed, 0.5);
  const columnPointers = new Int32Array(outputs + 1);
  const rowIndices = [];
  for (let j = 0; j < outputs; j++) {
    for (let i = 0; i < inputs; i++) if (draws[j * inputs + i] + 0.5 < density) rowIndices.push(i);
    columnPointers[j + 1] = rowIndices.length;
  }
  return { inputs, outputs, columnPointers, rowIndices: Int32Array.from(rowIndices) };
}

/** Images of mean 0 and variance 1, of the classes in turn: trained on noise for long, networks may diverge. */
function images(count) {
  const { xs, shape } = digits({ count, seed: 1 });
  const mean = xs.reduce((sum, x) => sum + x, 0) / xs.length;
  const deviation = Math.sqrt(xs.reduce((sum, x) => sum + (x - mean) ** 2, 0) / xs.length);
  return { shape: [count, shape[0] * shape[1]], values: xs.map((x) => (x - mean) / deviation) };
}

/** Hidden layers of sparse weights, then a full one, and examples; the same in every run. */
function network(density, examples = BATCH) {
  const hidden = WIDTHS.slice(1).map((outputs, i) => {
    const connections = topology(WIDTHS[i], outputs, density, 10 + i);
    const size = connections.rowIndices.length;
    // As published: the limit of a dense layer.
    return { connections, values: noise([size], 20 + i, Math.sqrt(6 / WIDTHS[i])).values };
  });
  return {
    x: images(examples),
    y: labels(examples, CLASSES),
    hidden,
    head: noise([WIDTHS.at(-1), CLASSES], 30, Math.sqrt(6 / WIDTHS.at(-1))),
  };
}

function trainingOf(model, { x, y }, makeStep, { decay = 0 } = {}) {
  const momentum = tf.train.momentum(RATE, MOMENTUM);
  const optimizer = decay ? decoupledWeightDecay(momentum, { rate: decay, scaledBy: 'step' }) : momentum;
  model.compile({ optimizer, loss: 'categoricalCrossentropy' });
  const [inputs, targets] = [x, y].map(({ shape, values }) => tf.tensor(values, shape));
  return {
    step: makeStep(inputs, targets),
    dispose() {
      model.optimizer.dispose();
      model.dispose();
      tf.dispose([inputs, targets]);
    },
  };
}

function headOf({ head }) {
  return layers.dense({
    units: CLASSES,
    activation: 'softmax',
    weights: [tf.tensor(head.values, head.shape), tf.zeros([CLASSES])],
  });
}

function sparseModel(data, { slopes, dropout = 0 } = {}) {
  const model = sequential();
  for (const [i, { connections, values }] of data.hidden.entries()) {
    const layer = new SparseDense({
      units: connections.outputs,
      connections: values.length,
      kernelInitializer: 'heUniform',
      ...(slopes ? { activation: 'leakyRelu', negativeSlope: slopes[i] } : { activation: 'relu' }),
      dropout,
      seed: i,
      breakEven: ALWAYS_SPARSE,
      ...(i === 0 && { inputShape: [WIDTHS[0]] }),
    });
    model.add(layer);
    layer.rewire(connections, values);
  }
  const head = new SparseDense({ units: CLASSES, density: 1, activation: 'softmax' });
  model.add(head);
  head.rewire(topology(WIDTHS.at(-1), CLASSES, 1, 0), transposed(data.head));
  return model;
}

function transposed({ shape: [rows, columns], values }) {
  return values.map((_, p) => values[(p % rows) * columns + Math.floor(p / rows)]);
}

function sparseWork(density) {
  return () => {
    const data = network(density);
    const model = sparseModel(data);
    return trainingOf(model, data, (x, y) => () => model.trainOnBatch(x, y));
  };
}

/** A step on each batch, then SET. The first result holds also the share of each layer's connections that stayed. */
function epochWork(density, recipe) {
  return () => {
    const data = network(density, STEPS * BATCH);
    const model = sparseModel(data, recipe);
    const sparse = model.layers.slice(0, -1);
    let isFirst = true;
    const makeStep = (x, y) => async () => {
      const before = isFirst && (await Promise.all(sparse.map(positionsOf)));
      const callbacks = [setEvolution({ zeta: ZETA, every: STEPS, seed: 1 })];
      const options = { batchSize: BATCH, shuffle: false, verbose: 0, yieldEvery: 'never', callbacks };
      const { history } = await model.fit(x, y, options);
      if (!isFirst) return history.loss;
      isFirst = false;
      const after = await Promise.all(sparse.map(positionsOf));
      return [...history.loss, ...after.map((now, i) => shareOf(now, before[i]))];
    };
    return trainingOf(model, data, makeStep, recipe);
  };
}

function shareOf(now, before) {
  return [...now].filter((position) => before.has(position)).length / now.size;
}

async function positionsOf(layer) {
  const { outputs, inputs, columnPointers, rowIndices } = await topologyOf(layer.matrix.pattern);
  const positions = new Set();
  for (let j = 0; j < outputs; j++) {
    for (let p = columnPointers[j]; p < columnPointers[j + 1]; p++) positions.add(j * inputs + rowIndices[p]);
  }
  return positions;
}

/** The same weights in dense layers: what the first step computes is the same. */
function denseWork(density) {
  return () => {
    const data = network(density);
    const model = sequential();
    for (const [i, { connections, values }] of data.hidden.entries()) {
      const pattern = sparsePattern(connections);
      const stored = tf.tensor1d(values);
      const weights = [toDense({ pattern, values: stored }), tf.zeros([connections.outputs])];
      model.add(
        layers.dense({
          units: connections.outputs,
          activation: 'relu',
          weights,
          ...(i === 0 && { inputShape: [WIDTHS[0]] }),
        }),
      );
      tf.dispose([pattern, stored, weights]);
    }
    model.add(headOf(data));
    return trainingOf(model, data, (x, y) => () => model.trainOnBatch(x, y));
  };
}

/** The network as a list of tensors, for a peer elsewhere. */
function tensorsOf(density, examples) {
  return () => {
    const { x, y, hidden, head } = network(density, examples);
    return [
      x,
      y,
      ...hidden.flatMap(({ connections: { columnPointers, rowIndices }, values }) => [
        { shape: [columnPointers.length], values: columnPointers },
        { shape: [rowIndices.length], values: rowIndices },
        { shape: [values.length], values },
      ]),
      head,
      full([CLASSES], 0),
    ];
  };
}

function training(density) {
  return {
    name: `sparse training step 784-1000-1000-1000-10, ${100 * density} % density, batch ${BATCH}`,
    work: sparseWork(density),
    peers: (backend, threads = 1) => [
      onBackend(backend, 'dense layers', denseWork(density)),
      ...(threads > 1
        ? [onBackend(backend, `dense layers, ${threads} threads`, denseWork(density), threads)]
        : []),
      ...(backend === 'wasm'
        ? [{ ...onBackend('stockwasm', 'dense, stock wasm', denseWork(density)), slow: true }]
        : []),
      inScipy('network', tensorsOf(density), { widths: WIDTHS, rate: RATE, momentum: MOMENTUM }),
    ],
    // Dense layers train the empty positions, too: only the loss of the first step is the same.
    steps: 1,
    tolerance: 1e-3,
  };
}

/** @param recipe What is trained with beyond ReLU and momentum. */
function epoch(density, words, recipe = {}) {
  const options = { widths: WIDTHS, rate: RATE, momentum: MOMENTUM, batch: BATCH, zeta: ZETA, ...recipe };
  return {
    name: `sparse training epoch 784-1000-1000-1000-10, ${100 * density} % density, ${STEPS} batches of ${BATCH}, ${words}`,
    work: epochWork(density, recipe),
    peers: () => [inScipy('epoch', tensorsOf(density, STEPS * BATCH), options)],
    // A position that was removed may be drawn again: how many stayed is the same but for some. Dropout differs, too.
    tolerance: recipe.dropout ? 1e-2 : 1e-3,
  };
}

function forward(density, batch) {
  const start = (make) => () => {
    const connections = topology(1000, 1000, density, 1);
    const pattern = sparsePattern(connections);
    const values = tf.tensor1d(noise([pattern.size], 2).values);
    const x = tf.tensor(noise([batch, 1000], 3).values, [batch, 1000]);
    const featureMajor = tf.transpose(x);
    const w = toDense({ pattern, values });
    return {
      step: () => make({ x, featureMajor, w, sparse: { pattern, values } }),
      dispose: () => tf.dispose([pattern, values, x, featureMajor, w]),
    };
  };
  const byFeatures = ({ featureMajor, sparse }) =>
    sparseDenseMatMul(featureMajor, sparse, { layout: 'featureMajor' });
  return {
    name: `sparse product 1000×1000, ${100 * density} % density, batch ${batch}`,
    // The result of a feature-major product is compared where it is the same, for one example.
    work: start(({ x, sparse }) => sparseDenseMatMul(x, sparse)),
    peers: (backend) => [
      ...(batch === 1 ? [onBackend(backend, 'feature-major', start(byFeatures))] : []),
      onBackend(
        backend,
        'dense product',
        start(({ x, w }) => tf.matMul(x, w)),
      ),
    ],
  };
}

export default [
  ...[0.01, 0.05].map(training),
  ...[0.01, 0.05].map((density) => epoch(density, 'SET')),
  ...[0.01, 0.05].map((density) => epoch(density, 'All-ReLU, dropout, decay, SET', PUBLISHED)),
  ...[128, 32, 1].flatMap((batch) => [0.01, 0.05, 0.1, 0.2, 0.5].map((density) => forward(density, batch))),
];
