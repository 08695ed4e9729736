import { runWebgpuPipeline } from '@arborize/core';
import {
  type KernelBackend,
  type TensorInfo,
  type UnsortedSegmentSumAttrs,
  util,
} from '@tensorflow/tfjs-core';
import { replaceKernel } from '../replace-kernel.ts';
import { runKernel } from './run-kernel.ts';

const WORKGROUP = 64;
/** Workgroups go on where there is more work than this. */
const MOST_WORKGROUPS = 8192;

/**
 * What Embedding and gather need for training. The stock kernel adds the bits of floats where it should add integers, puts
 * rows of segments that are out of range into others, and transposes twice.
 */
export function repairSegmentSum(): void {
  replaceKernel('webgpu', 'UnsortedSegmentSum', () => (call) => {
    const { x, segmentIds } = call.inputs as { x: TensorInfo; segmentIds: TensorInfo };
    const { numSegments } = call.attrs as unknown as UnsortedSegmentSumAttrs;
    return segmentSum(call.backend as KernelBackend, x, segmentIds, numSegments);
  });
}

function segmentSum(
  backend: KernelBackend,
  x: TensorInfo,
  segmentIds: TensorInfo,
  segments: number,
): TensorInfo {
  const rest = x.shape.slice(segmentIds.shape.length);
  const dtype = x.dtype === 'int32' ? 'int32' : 'float32';
  const sums = runKernel(backend, 'Fill', {}, { shape: [segments, ...rest], value: 0, dtype });
  const size = util.sizeFromShape(x.shape);
  if (size === 0 || segments === 0) return sums;
  const workgroups = Math.min(Math.ceil(size / WORKGROUP), MOST_WORKGROUPS);
  runWebgpuPipeline(backend, {
    key: `backends_segment_sum_${dtype}`,
    code: shader(dtype),
    inputs: [x, segmentIds],
    outputs: [],
    updates: [sums],
    uniforms: new Uint32Array([size, util.sizeFromShape(rest), segments, workgroups * WORKGROUP]).buffer,
    workgroups: [workgroups, 1, 1],
  });
  return sums;
}

function shader(dtype: 'float32' | 'int32'): string {
  // Floats have no atomic addition: the bits are exchanged until nobody else came between.
  const add =
    dtype === 'int32'
      ? 'atomicAdd(&sums[at], x[i]);'
      : `var old = atomicLoad(&sums[at]);
      loop {
        let exchange = atomicCompareExchangeWeak(&sums[at], old, bitcast<i32>(bitcast<f32>(old) + x[i]));
        if (exchange.exchanged) { break; }
        old = exchange.old_value;
      }`;
  return `
struct Sizes { all: u32, width: u32, segments: u32, stride: u32 }
@group(0) @binding(0) var<storage, read> x: array<${dtype === 'int32' ? 'i32' : 'f32'}>;
@group(0) @binding(1) var<storage, read> ids: array<i32>;
@group(0) @binding(2) var<storage, read_write> sums: array<atomic<i32>>;
@group(0) @binding(3) var<uniform> sizes: Sizes;

@compute @workgroup_size(${WORKGROUP})
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
  for (var i = id.x; i < sizes.all; i += sizes.stride) {
    let segment = ids[i / sizes.width];
    if (segment >= 0 && segment < i32(sizes.segments)) {
      let at = u32(segment) * sizes.width + i % sizes.width;
      ${add}
    }
  }
}`;
}
