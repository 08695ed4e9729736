import { type Random, Random as Stream } from '@arborize/core';
import * as tf from '@tensorflow/tfjs-core';
import { fusedActivations } from '../mat-mul.ts';

type Shape = readonly number[];

/** One input of a drawn call: its shape, and what its values are. */
export interface DrawnInput {
  readonly shape: Shape;
  readonly dtype?: 'float32' | 'int32' | 'bool';
  /** Integers from −1 to this number, so that both ends are beyond what it indexes. */
  readonly below?: number;
  /** Integers from 0 to below this number. */
  readonly index?: number;
  /** Whether NaN and infinities may be among the values. */
  readonly special?: boolean;
}

/** One drawn call of a kernel. */
export interface DrawnCall {
  readonly inputs: Readonly<Record<string, DrawnInput>> | readonly DrawnInput[];
  readonly attrs: object;
}

/** Draws a call of a kernel: its shapes, types and attributes, sizes of zero and odd sizes among them. */
export type Draw = (random: Random) => DrawnCall;

const some = <T>(random: Random, choices: readonly T[]): T => choices[random.integer(choices.length)]!;
const between = (random: Random, low: number, high: number) => low + random.integer(high - low + 1);
/** A size that is rarely zero. */
const size = (random: Random, high = 7) => (random.integer(12) === 0 ? 0 : between(random, 1, high));
const sizes = (random: Random, rank: number, high = 7) =>
  Array.from({ length: rank }, () => size(random, high));
const numeric = ['float32', 'int32', 'bool'] as const;
const special = true;

const anyTensor = (random: Random, lowest = 0): Required<Pick<DrawnInput, 'shape' | 'dtype'>> => ({
  shape: sizes(random, between(random, lowest, 5), 5),
  dtype: some(random, numeric),
});

function product(random: Random) {
  const [m, k, n] = [size(random, 40), size(random, 70), size(random, 40)] as const;
  const [transposeA, transposeB] = [random.integer(2) === 1, random.integer(2) === 1];
  const batch = some(random, [[], [3], [2, 2]]);
  const [aBatch, bBatch] = some(random, [
    [batch, batch],
    [batch, batch.map(() => 1)],
    [[], batch],
  ]);
  const a = { shape: [...aBatch!, ...(transposeA ? [k, m] : [m, k])], special };
  const b = { shape: [...bBatch!, ...(transposeB ? [n, k] : [k, n])], special };
  return { a, b, n, attrs: { transposeA, transposeB } };
}

/** A window over images: what convolutions and pools have in common. */
function windowed(random: Random, rank: 2 | 3) {
  const filter = Array.from({ length: rank }, () => between(random, 1, 3));
  const image = filter.map((length) => between(random, length, rank === 2 ? 9 : 5));
  const strides = filter.map(() => between(random, 1, 3));
  const pad = some(random, ['same', 'valid'] as const);
  const out = image.map((length, i) =>
    pad === 'same' ? Math.ceil(length / strides[i]!) : Math.floor((length - filter[i]!) / strides[i]!) + 1,
  );
  const [batch, channels] = [size(random, 3), between(random, 1, 9)];
  return { filter, strides, pad, channels, inShape: [batch, ...image, channels], outShape: [batch, ...out] };
}

function convolution(random: Random, rank: 2 | 3) {
  const { filter, strides, pad, channels, inShape, outShape } = windowed(random, rank);
  const filters = between(random, 1, 9);
  return {
    x: { shape: inShape, special },
    dy: { shape: [...outShape, filters] },
    filter: { shape: [...filter, channels, filters] },
    attrs: { strides, pad, dataFormat: rank === 2 ? 'NHWC' : 'NDHWC', dilations: filter.map(() => 1) },
  };
}

/** A forward convolution, some so wide and large that it does not run as the stock one. */
function forwardConvolution(random: Random) {
  if (random.integer(6) > 0) return convolution(random, 2);
  const filter = some(random, [
    [3, 3],
    [1, 5],
    [4, 2],
    [1, 1],
  ] as const);
  const filters = between(random, 32, 40);
  const channels = Math.ceil(1024 / (filter[0] * filter[1] * filters)) + random.integer(3);
  const pad = some(random, ['same', 'valid'] as const);
  const dilations = pad === 'same' ? [between(random, 1, 2), between(random, 1, 3)] : [1, 1];
  return {
    x: { shape: [2, between(random, 18, 20), between(random, 20, 22), channels], special },
    filter: { shape: [...filter, channels, filters] },
    attrs: { strides: [1, 1], pad, dataFormat: 'NHWC', dilations },
  };
}

function depthwise(random: Random) {
  const { filter, strides, pad, channels, inShape, outShape } = windowed(random, 2);
  const multiplier = between(random, 1, 3);
  return {
    x: { shape: inShape, special },
    dy: { shape: [...outShape, channels * multiplier], special },
    filter: { shape: [...filter, channels, multiplier], special },
    attrs: { strides, pad, dilations: [1, 1] },
  };
}

/** Of finite values only, as for products. */
function forwardDepthwise(random: Random) {
  const { x, filter, attrs } = depthwise(random);
  return {
    inputs: { x: { shape: x.shape }, filter: { shape: filter.shape } },
    attrs: { ...attrs, dataFormat: 'NHWC' },
  };
}

function pool(random: Random, pad?: 'valid') {
  const drawn = windowed(random, 2);
  const { filter: filterSize, strides, channels, inShape, outShape } = drawn;
  if (pad && drawn.pad !== pad) return null;
  return {
    inputs: { input: { shape: inShape, special }, dy: { shape: [...outShape, channels], special } },
    attrs: { filterSize, strides, pad: drawn.pad },
  };
}

function reduction(random: Random) {
  const { shape } = anyTensor(random, 1);
  const axis = shape.map((_, i) => i).filter(() => random.integer(2) === 1);
  return { inputs: { x: { shape, special } }, attrs: { axis, keepDims: random.integer(2) === 1 } };
}

function arithmetic(random: Random) {
  const { shape } = anyTensor(random);
  const dtype = some(random, ['float32', 'float32', 'int32'] as const);
  const other = some(random, [
    shape,
    shape.slice(-1),
    shape.slice(-2),
    shape.map((length, axis) => (axis < shape.length - 1 ? 1 : length)),
    shape.map((length, axis) => (axis === 0 ? 1 : length)),
    shape.map((length, axis) => (axis === 1 ? 1 : length)),
    shape.map(() => 1),
    [],
    [1],
  ]);
  const [a, b] = [shape, other].map((each) => ({ shape: each, dtype, special }));
  return { inputs: random.integer(2) === 0 ? { a: a!, b: b! } : { a: b!, b: a! }, attrs: {} };
}

function until<T>(draw: () => T | null): T {
  for (;;) {
    const drawn = draw();
    if (drawn) return drawn;
  }
}

/**
 * How to call every kernel that `provideKernel` gives the WASM backend. Values that are not finite are left out where a
 * product with the zeros of padding, which cpu does not visit, would make NaN of them.
 */
export const kernelTable: Readonly<Record<string, Draw>> = {
  Add: arithmetic,
  Sub: arithmetic,
  Multiply: arithmetic,
  RealDiv: arithmetic,
  Relu: (random) => ({
    inputs: { x: { ...anyTensor(random), dtype: some(random, ['float32', 'int32'] as const), special } },
    attrs: {},
  }),
  Identity: (random) => ({ inputs: { x: { ...anyTensor(random), special } }, attrs: {} }),
  Cast: (random) => ({
    // What an integer is made of NaN is not defined.
    inputs: { x: anyTensor(random) },
    attrs: { dtype: some(random, numeric) },
  }),
  Slice(random) {
    const x = anyTensor(random, 1);
    const begin = x.shape.map((length) => random.integer(length + 1));
    return {
      inputs: { x: { ...x, special } },
      attrs: { begin, size: x.shape.map((length, i) => random.integer(length - begin[i]! + 1)) },
    };
  },
  SplitV(random) {
    const parts = Array.from({ length: between(random, 1, 4) }, () => random.integer(4));
    const x = anyTensor(random, 1);
    const axis = random.integer(x.shape.length);
    const shape = x.shape.with(
      axis,
      parts.reduce((a, b) => a + b),
    );
    return { inputs: { x: { ...x, shape, special } }, attrs: { numOrSizeSplits: parts, axis } };
  },
  Unpack(random) {
    const value = anyTensor(random, 1);
    return { inputs: { value: { ...value, special } }, attrs: { axis: random.integer(value.shape.length) } };
  },
  Concat(random) {
    const { shape, dtype } = anyTensor(random, 1);
    const axis = random.integer(shape.length);
    const parts = Array.from({ length: between(random, 1, 4) }, () => shape.with(axis, random.integer(5)));
    return { inputs: parts.map((part) => ({ shape: part, dtype, special })), attrs: { axis } };
  },
  Tile(random) {
    const x = anyTensor(random, 1);
    return { inputs: { x: { ...x, special } }, attrs: { reps: x.shape.map(() => random.integer(4)) } };
  },
  Transpose(random) {
    const x = anyTensor(random, 1);
    const perm = [...random.permutation(x.shape.length)];
    return { inputs: { x: { ...x, special } }, attrs: { perm } };
  },
  ClipByValue(random) {
    const x = { shape: sizes(random, between(random, 0, 4)), special: true };
    return { inputs: { x }, attrs: { clipValueMin: -0.5, clipValueMax: 0.75 } };
  },
  GatherV2(random) {
    const x = anyTensor(random, 1);
    const axis = random.integer(x.shape.length);
    const batchDims = random.integer(axis + 1);
    const length = between(random, 1, 6);
    // cpu fails on a batch of none.
    if (x.shape.slice(0, batchDims).includes(0)) return kernelTable.GatherV2!(random);
    const places = [...x.shape.slice(0, batchDims), ...sizes(random, between(random, 0, 2))];
    return {
      inputs: {
        x: { ...x, shape: x.shape.with(axis, length), special },
        indices: { shape: places, dtype: 'int32', index: length },
      },
      attrs: { axis, batchDims },
    };
  },
  OneHot(random) {
    const depth = between(random, 1, 6);
    const [onValue, offValue] = some(random, [
      [1, 0],
      [5, -2],
    ]) as [number, number];
    return {
      inputs: { indices: { shape: sizes(random, between(random, 1, 3)), dtype: 'int32', below: depth } },
      attrs: { depth, onValue, offValue, dtype: some(random, ['float32', 'int32'] as const) },
    };
  },
  Einsum(random) {
    const [b, i, j, k] = sizes(random, 4) as [number, number, number, number];
    return {
      inputs: [{ shape: [b, i, j] }, { shape: [b, j, k] }],
      attrs: { equation: some(random, ['bij,bjk->bik', 'bij,bjk->kbi', 'bij,bjk->ikb']) },
    };
  },
  BatchMatMul(random) {
    const { a, b, attrs } = product(random);
    return { inputs: { a, b }, attrs };
  },
  _FusedMatMul(random) {
    const { a, b, n, attrs } = product(random);
    const activation = some(random, ['linear', 'relu', 'relu6', 'elu', 'sigmoid', 'leakyrelu']);
    return {
      // cpu's activations are not all of them the same for NaN.
      inputs: { a: { shape: a.shape }, b: { shape: b.shape }, bias: { shape: [n] } },
      attrs: { ...attrs, activation, leakyreluAlpha: 0.2 },
    };
  },
  Conv2D(random) {
    const { x, filter, attrs } = forwardConvolution(random);
    return { inputs: { x, filter }, attrs };
  },
  FusedConv2D(random) {
    const { x, filter, attrs } = forwardConvolution(random);
    const filters = { shape: filter.shape.slice(-1) };
    const activation = some(random, Object.keys(fusedActivations));
    // As for products, finite values only.
    const inputs: Record<string, DrawnInput> = { x: { shape: x.shape }, filter };
    if (random.integer(4) > 0) inputs.bias = filters;
    if (activation === 'prelu') inputs.preluActivationWeights = filters;
    return { inputs, attrs: { ...attrs, activation, leakyreluAlpha: 0.2 } };
  },
  Conv2DBackpropFilter(random) {
    const { x, dy, filter, attrs } = convolution(random, 2);
    return { inputs: { x, dy }, attrs: { ...attrs, filterShape: filter.shape } };
  },
  Conv2DBackpropInput(random) {
    const { x, dy, filter, attrs } = convolution(random, 2);
    return {
      inputs: { dy: { ...dy, special }, filter: { ...filter, special } },
      attrs: { ...attrs, inputShape: x.shape },
    };
  },
  Conv3D(random) {
    const { x, filter, attrs } = convolution(random, 3);
    return { inputs: { x, filter }, attrs };
  },
  Conv3DBackpropFilterV2(random) {
    const { x, dy, filter, attrs } = convolution(random, 3);
    return { inputs: { x, dy }, attrs: { ...attrs, filterShape: filter.shape } };
  },
  Conv3DBackpropInputV2(random) {
    const { x, dy, filter, attrs } = convolution(random, 3);
    return {
      inputs: { dy: { ...dy, special }, filter: { ...filter, special } },
      attrs: { ...attrs, inputShape: x.shape },
    };
  },
  DepthwiseConv2dNativeBackpropFilter(random) {
    const { x, dy, filter, attrs } = depthwise(random);
    return { inputs: { x, dy }, attrs: { ...attrs, filterShape: filter.shape } };
  },
  DepthwiseConv2dNativeBackpropInput(random) {
    const { x, dy, filter, attrs } = depthwise(random);
    return { inputs: { dy, filter }, attrs: { ...attrs, inputShape: x.shape } };
  },
  DepthwiseConv2dNative: forwardDepthwise,
  FusedDepthwiseConv2D(random) {
    const { inputs, attrs } = forwardDepthwise(random);
    const [channels, multiplier] = inputs.filter.shape.slice(2) as [number, number];
    const bias = random.integer(4) > 0 && { bias: { shape: [channels * multiplier] } };
    return { inputs: { ...inputs, ...bias }, attrs: { ...attrs, activation: 'relu' } };
  },
  MaxPoolGrad: (random) => until(() => pool(random)),
  // On cpu the gradient of an average counts padding, which the average itself does not.
  AvgPoolGrad: (random) => until(() => pool(random, 'valid')),
  Sum: reduction,
  Mean: reduction,
  UnsortedSegmentSum(random) {
    const [rows, segments] = [size(random, 20), between(random, 1, 6)];
    return {
      inputs: {
        // On cpu the sums of integers are floats, and NaN reaches every segment.
        x: { shape: [rows, ...sizes(random, between(random, 0, 2))] },
        segmentIds: { shape: [rows], dtype: 'int32', below: segments },
      },
      attrs: { numSegments: segments },
    };
  },
};

/** Values for an input; few of them not finite. */
export function drawValues(
  { shape, dtype = 'float32', below, index, special }: DrawnInput,
  seed: number,
): number[] {
  const random = new Stream(seed);
  const hasSpecial = special && dtype === 'float32' && random.integer(3) === 0;
  return Array.from({ length: tf.util.sizeFromShape([...shape]) }, () => {
    if (below !== undefined) return random.integer(below + 2) - 1;
    if (index !== undefined) return random.integer(index);
    if (dtype === 'bool') return random.integer(2);
    if (dtype === 'int32') return random.integer(201) - 100;
    if (hasSpecial && random.integer(10) === 0)
      return some(random, [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]);
    return random.normal();
  });
}
