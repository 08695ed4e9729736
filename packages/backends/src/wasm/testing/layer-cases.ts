import { layers } from '@tensorflow/tfjs-layers';

type LayerName = keyof typeof layers;
type Shapes = readonly (readonly number[])[];

/** A layer as far as its gradient needs it. */
export interface LayerLike {
  apply(inputs: unknown, kwargs: object): unknown;
  build(shape: number[]): void;
  call(inputs: unknown, kwargs: object): unknown;
  dispose(): void;
}

interface Options {
  /** What tells it from other cases of the same layer. */
  readonly variant?: string;
  /** The inputs are integers from 0 to this number less one, and have no gradient. */
  readonly integersBelow?: number;
  readonly training?: boolean;
  /** Where the last timesteps of the second sequence are masked. */
  readonly masked?: boolean;
  /** A cell takes its input and states, and does not look at their shapes. */
  readonly cell?: boolean;
}

/** A layer and the shapes of what it is applied to. */
export interface LayerCase extends Options {
  readonly name: LayerName;
  readonly inputs: Shapes;
  readonly make: () => LayerLike;
}

function layerCase(name: LayerName, inputs: Shapes, config?: unknown, options: Options = {}): LayerCase {
  const make = layers[name] as unknown as (config: unknown) => LayerLike;
  return { name, inputs, make: () => make(typeof config === 'function' ? config() : config), ...options };
}

function variants(name: LayerName, inputs: Shapes, configs: Readonly<Record<string, unknown>>): LayerCase[] {
  return Object.entries(configs).map(([variant, config]) => layerCase(name, inputs, config, { variant }));
}

const training = true;
const rows = [[3, 4]];
const sequences = [[2, 4, 3]];
const images = [[2, 6, 5, 3]];
// The gradients of resizing on cpu are wrong for more than one image, and for images that are not square.
const oneSquareImage = [[1, 6, 6, 3]];
const volumes = [[1, 4, 5, 4, 2]];
// The default initialiser takes long, and its weights are replaced here.
const recurrent = { units: 3, recurrentInitializer: 'zeros' };

const convolutions = [
  ...variants('conv1d', [[2, 7, 3]], {
    same: { filters: 4, kernelSize: 3, padding: 'same', activation: 'relu' },
    strided: { filters: 5, kernelSize: 3, strides: 2, useBias: false },
  }),
  ...variants('conv2d', images, {
    same: { filters: 4, kernelSize: 3, padding: 'same', strides: 2 },
    valid: { filters: 2, kernelSize: [2, 3], activation: 'tanh' },
    relu: { filters: 2, kernelSize: 1, activation: 'relu' },
  }),
  ...variants('conv2dTranspose', images, {
    same: { filters: 4, kernelSize: 3, strides: 2, padding: 'same' },
    valid: { filters: 2, kernelSize: [2, 3] },
  }),
  ...variants('conv3d', volumes, {
    same: { filters: 3, kernelSize: 2, padding: 'same' },
    strided: { filters: 3, kernelSize: [2, 3, 2], strides: 2 },
  }),
  ...variants('conv3dTranspose', volumes, {
    same: { filters: 3, kernelSize: 3, strides: 2, padding: 'same' },
    valid: { filters: 3, kernelSize: 2, strides: 2 },
  }),
  ...variants('depthwiseConv2d', images, {
    same: { kernelSize: 3, depthMultiplier: 2, padding: 'same' },
    strided: { kernelSize: 2, strides: 2 },
  }),
  ...variants('separableConv2d', images, {
    same: { filters: 4, kernelSize: 3, padding: 'same' },
    strided: { filters: 4, kernelSize: 2, strides: 2, depthMultiplier: 2 },
  }),
  layerCase('convLstm2d', [[2, 3, 4, 4, 2]], { filters: 2, kernelSize: 2, returnSequences: true }),
  layerCase(
    'convLstm2dCell',
    [[2, 4, 4, 2], ...[1, 2].map(() => [2, 4, 4, 3])],
    { filters: 3, kernelSize: 3, padding: 'same' },
    { cell: true },
  ),
  layerCase('upSampling2d', oneSquareImage, { size: [2, 3] }),
];

const poolOf = (names: LayerName[], inputs: Shapes, config: unknown) =>
  names.map((name) => layerCase(name, inputs, config));

const pools = [
  ...poolOf(['averagePooling1d', 'avgPool1d', 'avgPooling1d'], [[2, 7, 3]], { poolSize: 3, strides: 2 }),
  ...poolOf(['averagePooling2d', 'avgPool2d', 'avgPooling2d'], images, { poolSize: 2, strides: 1 }),
  ...poolOf(['averagePooling3d', 'avgPool3d', 'avgPooling3d'], volumes, { poolSize: 2, strides: 1 }),
  ...poolOf(['maxPooling1d', 'maxPool1d'], [[2, 7, 3]], { poolSize: 3, strides: 2, padding: 'same' }),
  ...poolOf(['maxPooling2d', 'maxPool2d'], images, { poolSize: [3, 2], strides: 2, padding: 'same' }),
  ...poolOf(['maxPooling3d'], volumes, { poolSize: 2, strides: 2, padding: 'same' }),
  ...poolOf(['globalAveragePooling1d', 'globalMaxPooling1d', 'globalMaxPool1d'], sequences, {}),
  ...poolOf(['globalAveragePooling2d', 'globalMaxPooling2d', 'globalMaxPool2d'], images, {}),
];

const cellInputs = (states: number): Shapes => [[2, 4], ...Array.from({ length: states }, () => [2, 3])];

const cells = [
  layerCase('simpleRNNCell', cellInputs(1), recurrent, { cell: true }),
  layerCase('gruCell', cellInputs(1), recurrent, { cell: true }),
  layerCase('lstmCell', cellInputs(2), recurrent, { cell: true }),
];

const sequenceLayers = [
  ...(['simpleRNN', 'gru', 'lstm'] as const).flatMap((name) => [
    ...variants(name, sequences, {
      'last output': recurrent,
      'all outputs, backwards': { ...recurrent, returnSequences: true, goBackwards: true },
      'without biases, states returned': { ...recurrent, useBias: false, returnState: true },
    }),
    layerCase(name, sequences, recurrent, { variant: 'masked', masked: true }),
    layerCase(
      name,
      sequences,
      { ...recurrent, dropout: 0.3, recurrentDropout: 0.3 },
      { variant: 'dropout', training },
    ),
  ]),
  layerCase('gru', sequences, { ...recurrent, implementation: 2 }, { variant: 'implementation 2' }),
  ...cells,
  layerCase('rnn', sequences, () => ({ cell: layers.gruCell(recurrent as never), returnSequences: true })),
  layerCase(
    'stackedRNNCells',
    cellInputs(3),
    () => ({ cells: [layers.gruCell(recurrent as never), layers.lstmCell(recurrent as never)] }),
    { cell: true },
  ),
  ...variants('bidirectional', sequences, {
    concat: () => ({ layer: layers.lstm(recurrent as never), mergeMode: 'concat' }),
    sum: () => ({
      layer: layers.gru({ ...recurrent, returnSequences: true } as never),
      mergeMode: 'sum',
    }),
  }),
  layerCase('timeDistributed', sequences, () => ({ layer: layers.dense({ units: 2 }) })),
  layerCase('masking', sequences, { maskValue: 0 }),
  layerCase('repeatVector', rows, { n: 3 }),
];

const merges = [
  ...(['add', 'average', 'multiply', 'maximum', 'minimum'] as const).map((name) =>
    layerCase(name, [...rows, ...rows, ...rows], {}),
  ),
  layerCase(
    'add',
    [
      [3, 2, 4],
      [3, 1, 4],
    ],
    {},
    { variant: 'broadcast' },
  ),
  layerCase(
    'concatenate',
    [
      [3, 4],
      [3, 2],
    ],
    {},
  ),
  layerCase(
    'concatenate',
    [
      [2, 3, 4],
      [2, 5, 4],
    ],
    { axis: 1 },
    { variant: 'axis 1' },
  ),
  layerCase('dot', [...rows, ...rows], { axes: -1 }),
  layerCase(
    'dot',
    [
      [3, 4, 2],
      [3, 4, 5],
    ],
    { axes: 1, normalize: true },
    { variant: 'normalised' },
  ),
];

const others = [
  ...variants('dense', rows, {
    linear: { units: 5 },
    relu: { units: 5, activation: 'relu' },
    'without bias': { units: 5, useBias: false, activation: 'softmax' },
  }),
  layerCase('dense', [[2, 3, 4]], { units: 5 }, { variant: 'of sequences' }),
  layerCase('embedding', [[3, 4]], { inputDim: 5, outputDim: 3 }, { integersBelow: 5 }),
  layerCase('batchNormalization', images, {}, { variant: 'training', training }),
  layerCase('batchNormalization', rows, {}, { variant: 'inference' }),
  layerCase('batchNormalization', [[2, 3, 4]], { axis: 1 }, { variant: 'of axis 1', training }),
  layerCase('layerNormalization', sequences, {}),
  layerCase('layerNormalization', sequences, { axis: [1, 2] }, { variant: 'of two axes' }),
  layerCase('alphaDropout', rows, { rate: 0.4 }, { training }),
  layerCase('dropout', rows, { rate: 0.4, seed: 3 }, { training }),
  layerCase('gaussianDropout', rows, { rate: 0.4 }, { training }),
  layerCase('gaussianNoise', rows, { stddev: 0.4 }, { training }),
  layerCase('spatialDropout1d', sequences, { rate: 0.4, seed: 3 }, { training }),
  layerCase('elu', rows, {}),
  layerCase('leakyReLU', rows, { alpha: 0.2 }),
  layerCase('prelu', rows, {}),
  layerCase('prelu', images, { sharedAxes: [1, 2] }, { variant: 'shared' }),
  ...variants('reLU', rows, { unbounded: {}, bounded: { maxValue: 1 } }),
  layerCase('softmax', sequences, { axis: -1 }),
  layerCase('thresholdedReLU', rows, { theta: 0.3 }),
  layerCase('flatten', images, {}),
  layerCase('permute', sequences, { dims: [2, 1] }),
  layerCase('reshape', sequences, { targetShape: [3, 4] }),
  layerCase('cropping2D', images, {
    cropping: [
      [1, 2],
      [1, 1],
    ],
  }),
  layerCase('zeroPadding2d', images, {
    padding: [
      [1, 2],
      [0, 1],
    ],
  }),
  ...variants('resizing', oneSquareImage, {
    bilinear: { height: 9, width: 4, interpolation: 'bilinear' },
    nearest: { height: 4, width: 7, interpolation: 'nearest' },
  }),
  layerCase('randomWidth', oneSquareImage, { factor: 0.5, seed: 1 }, { training }),
  layerCase('rescaling', rows, { scale: 0.5, offset: 1 }),
];

/** Every layer of tfjs-layers that has a gradient, at least once. */
export const layerCases: readonly LayerCase[] = [
  ...convolutions,
  ...pools,
  ...sequenceLayers,
  ...merges,
  ...others,
];

/** What `tf.layers` exports besides, and why it has no gradient to test. */
export const notLayers: Readonly<Partial<Record<LayerName, string>>> = {
  Layer: 'abstract',
  RNN: 'abstract; tested as rnn',
  RNNCell: 'abstract',
  activation: 'a case of its own for each activation',
  centerCrop: 'crops data: TensorFlow.js has no gradient of CropAndResize',
  categoryEncoding: 'counts integers, and has no gradient',
  input: 'makes a symbolic tensor',
  inputLayer: 'computes nothing',
};
