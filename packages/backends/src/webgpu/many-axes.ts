import {
  type KernelBackend,
  type KernelFunc,
  type NamedAttrMap,
  type StridedSliceAttrs,
  slice_util,
  type TensorInfo,
  util,
} from '@tensorflow/tfjs-core';
import { replaceKernel } from '../replace-kernel.ts';
import { runKernel } from './run-kernel.ts';

/** Beyond this the stock shaders of these kernels do not compile, or read values at once. */
const MOST_STOCK_AXES = 4;

/** Which axes a kernel works along, and what to tell it for one, seen as the second of three. */
type AlongAxes = (attrs: NamedAttrMap, rank: number) => [axis: number, attrs: object][];

const ALONG_AXES: Readonly<Record<string, AlongAxes>> = {
  Tile: ({ reps }) =>
    (reps as number[]).flatMap((times, axis) => (times === 1 ? [] : [[axis, { reps: [1, times, 1] }]])),
  Reverse: ({ dims }, rank) =>
    util.parseAxisParam(dims as number[], new Array(rank).fill(1)).map((axis) => [axis, { dims: [1] }]),
  Cumsum: cumulative,
  Cumprod: cumulative,
  MirrorPad: ({ paddings, mode }) =>
    (paddings as number[][]).flatMap((padding, axis) =>
      padding.every((size) => size === 0) ? [] : [[axis, { paddings: [[0, 0], padding, [0, 0]], mode }]],
    ),
};

function cumulative({ axis, ...rest }: NamedAttrMap, rank: number): [number, object][] {
  return [[((axis as number) + rank) % rank, { ...rest, axis: 1 }]];
}

/** Gives tensors of five and six axes to kernels that take fewer, one axis after the other. */
export function repairManyAxes(): void {
  for (const [kernelName, along] of Object.entries(ALONG_AXES)) {
    replaceKernel('webgpu', kernelName, (stock) => (call) => {
      const { x } = call.inputs as { x: TensorInfo };
      if (x.shape.length <= MOST_STOCK_AXES || x.dtype === 'string') return stock!(call);
      const backend = call.backend as KernelBackend;
      return axisByAxis(backend, stock!, x, along(call.attrs!, x.shape.length));
    });
  }
  replaceKernel('webgpu', 'StridedSlice', (stock) => (call) => {
    const { x } = call.inputs as { x: TensorInfo };
    const attrs = call.attrs as unknown as StridedSliceAttrs;
    // Where axes are left out or taken away, the stock shader does not compile either.
    const named = attrs.begin.length === x.shape.length && !attrs.shrinkAxisMask && !attrs.newAxisMask;
    if (x.dtype === 'string' || (named && x.shape.length <= MOST_STOCK_AXES)) return stock!(call);
    const { begin, end, strides, finalShape } = slice_util.sliceInfo(
      x.shape,
      ...([attrs.begin, attrs.end, attrs.strides] as const),
      ...([attrs.beginMask, attrs.endMask, attrs.ellipsisMask] as const),
      ...([attrs.newAxisMask, attrs.shrinkAxisMask] as const),
    );
    const none = { beginMask: 0, ellipsisMask: 0, newAxisMask: 0, shrinkAxisMask: 0 };
    const steps = x.shape.flatMap((size, axis): [number, object][] => {
      const [from, to, stride] = [begin[axis]!, end[axis]!, strides[axis]!];
      if (from === 0 && to === size && stride === 1) return [];
      // Backwards to the first element there is no number to end at.
      const endMask = to < 0 ? 0b111 : 0b101;
      return [[axis, { begin: [0, from, 0], end: [0, to, 0], strides: [1, stride, 1], endMask, ...none }]];
    });
    return { ...axisByAxis(call.backend as KernelBackend, stock!, x, steps), shape: finalShape };
  });
  replaceKernel('webgpu', 'Select', (stock) => (call) => {
    const { condition, t, e } = call.inputs as Record<string, TensorInfo>;
    if (t!.shape.length <= MOST_STOCK_AXES) return stock!(call);
    // The condition may be of the first axis alone.
    const size = util.sizeFromShape(condition!.shape);
    const shape = condition!.shape.length === 1 ? [size, util.sizeFromShape(t!.shape.slice(1))] : [size];
    const flat = (x: TensorInfo) => ({ ...x, shape });
    const inputs = { condition: { ...condition!, shape: [size] }, t: flat(t!), e: flat(e!) };
    return { ...(stock!({ ...call, inputs }) as TensorInfo), shape: t!.shape };
  });
}

function axisByAxis(
  backend: KernelBackend,
  stock: KernelFunc,
  x: TensorInfo,
  steps: readonly [axis: number, attrs: object][],
): TensorInfo {
  let y = x;
  for (const [axis, attrs] of steps) {
    const next = alongAxis(backend, stock, y, axis, attrs);
    if (y !== x) backend.disposeData(y.dataId);
    y = next;
  }
  return y === x ? runKernel(backend, 'Identity', { x }, {}) : y;
}

/** Runs a kernel along one axis; those before it are taken together, and those behind it. */
function alongAxis(
  backend: KernelBackend,
  stock: KernelFunc,
  x: TensorInfo,
  axis: number,
  attrs: object,
): TensorInfo {
  const [before, behind] = [x.shape.slice(0, axis), x.shape.slice(axis + 1)].map((part) =>
    util.sizeFromShape(part),
  );
  const inputs = { x: { ...x, shape: [before!, x.shape[axis]!, behind!] } };
  const y = stock({ inputs, attrs: attrs as NamedAttrMap, backend }) as TensorInfo;
  return { ...y, shape: x.shape.with(axis, y.shape[1]!) };
}
