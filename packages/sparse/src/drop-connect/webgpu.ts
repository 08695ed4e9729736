import { runWebgpuPipeline } from '@arborize/core';
import { type KernelBackend, type Tensor, type TensorInfo, util } from '@tensorflow/tfjs-core';
import { type MaskCall, type ProductSizes, sizesOf, sizesOfRows, wordsFor } from './mask-call.ts';

// A workgroup of 256 makes a tile of the result, the sum 32 terms at a time: it brings both factors into its own memory, and
// each of the 32 × 8 or 16 × 16 mask words is hashed once.

const PRELUDE = `
  struct Call {
    batch : u32, inputs : u32, outputs : u32, words : u32,
    seed : u32, numerator : u32, bits : u32, scale : f32,
  }
  fn mix(value : u32) -> u32 {
    var x = (value ^ (value >> 16u)) * 0x7feb352du;
    x = (x ^ (x >> 15u)) * 0x846ca68bu;
    return x ^ (x >> 16u);
  }
  fn maskWord(example : u32, output : u32, word : u32) -> u32 {
    let counter = (example * call.outputs + output) * call.words + word;
    var bits = 0u;
    for (var bit = 0u; bit < call.bits; bit++) {
      let random = mix(counter ^ mix(call.seed + (bit + 1u) * 0x9e3779b9u));
      bits = select(bits & random, bits | random, ((call.numerator >> bit) & 1u) == 1u);
    }
    return bits;
  }
  @group(0) @binding(0) var<storage, read> left : array<f32>;
  @group(0) @binding(1) var<storage, read> right : array<f32>;
  @group(0) @binding(2) var<storage, read_write> result : array<f32>;
  @group(0) @binding(3) var<uniform> call : Call;
  fn leftAt(row : u32, rows : u32, column : u32, columns : u32) -> f32 {
    if (row < rows && column < columns) { return left[row * columns + column]; }
    return 0.0;
  }
  fn rightAt(row : u32, rows : u32, column : u32, columns : u32) -> f32 {
    if (row < rows && column < columns) { return right[row * columns + column]; }
    return 0.0;
  }
  fn kept(word : u32, bit : u32, value : f32) -> f32 {
    return select(0.0, value, ((word >> bit) & 1u) == 1u);
  }`;

/** Outputs × examples: an invocation needs one word of its own for 32 inputs. */
const VALUE = `
  var<workgroup> x : array<array<f32, 32>, 16>;
  var<workgroup> w : array<array<f32, 16>, 32>;
  @compute @workgroup_size(16, 16) fn main(
    @builtin(workgroup_id) group : vec3<u32>, @builtin(local_invocation_id) local : vec3<u32>,
  ) {
    let output = group.x * 16u + local.x;
    let example = group.y * 16u + local.y;
    var sum = 0.0;
    for (var word = 0u; word < call.words; word++) {
      for (var half = 0u; half < 32u; half += 16u) {
        let input = word * 32u + half;
        x[local.y][half + local.x] = leftAt(example, call.batch, input + local.x, call.inputs);
        w[half + local.y][local.x] = rightAt(input + local.y, call.inputs, output, call.outputs);
      }
      workgroupBarrier();
      let mask = maskWord(example, output, word);
      for (var m = 0u; m < 32u; m++) { sum += kept(mask, m, x[local.y][m]) * w[m][local.x]; }
      workgroupBarrier();
    }
    if (example < call.batch && output < call.outputs) {
      result[example * call.outputs + output] = call.scale * sum;
    }
  }`;

/** 32 inputs × 8 examples: each chunk of 32 outputs shares 8 × 32 words. */
const INPUT_GRADIENT = `
  var<workgroup> du : array<array<f32, 32>, 8>;
  var<workgroup> masks : array<array<u32, 32>, 8>;
  var<workgroup> w : array<array<f32, 33>, 32>;
  @compute @workgroup_size(32, 8) fn main(
    @builtin(workgroup_id) group : vec3<u32>, @builtin(local_invocation_id) local : vec3<u32>,
  ) {
    let input = group.x * 32u + local.x;
    let example = group.y * 8u + local.y;
    var sum = 0.0;
    for (var first = 0u; first < call.outputs; first += 32u) {
      let output = first + local.x;
      du[local.y][local.x] = leftAt(example, call.batch, output, call.outputs);
      masks[local.y][local.x] = maskWord(example, output, group.x);
      for (var row = local.y; row < 32u; row += 8u) {
        w[row][local.x] = rightAt(group.x * 32u + row, call.inputs, output, call.outputs);
      }
      workgroupBarrier();
      for (var n = 0u; n < 32u; n++) { sum += kept(masks[local.y][n], local.x, du[local.y][n]) * w[local.x][n]; }
      workgroupBarrier();
    }
    if (example < call.batch && input < call.inputs) {
      result[example * call.inputs + input] = call.scale * sum;
    }
  }`;

/** 32 inputs × 8 outputs: each chunk of 32 examples shares 32 × 8 words. */
const KERNEL_GRADIENT = `
  var<workgroup> x : array<array<f32, 32>, 32>;
  var<workgroup> du : array<array<f32, 8>, 32>;
  var<workgroup> masks : array<array<u32, 8>, 32>;
  @compute @workgroup_size(32, 8) fn main(
    @builtin(workgroup_id) group : vec3<u32>, @builtin(local_invocation_id) local : vec3<u32>,
    @builtin(local_invocation_index) index : u32,
  ) {
    let input = group.x * 32u + local.x;
    let output = group.y * 8u + local.y;
    let row = index / 8u;
    let column = index % 8u;
    var sum = 0.0;
    for (var first = 0u; first < call.batch; first += 32u) {
      let example = first + row;
      du[row][column] = rightAt(example, call.batch, group.y * 8u + column, call.outputs);
      masks[row][column] = maskWord(example, group.y * 8u + column, group.x);
      for (var i = local.y; i < 32u; i += 8u) {
        x[i][local.x] = leftAt(first + i, call.batch, input, call.inputs);
      }
      workgroupBarrier();
      for (var i = 0u; i < 32u; i++) { sum += kept(masks[i][local.y], local.x, x[i][local.x]) * du[i][local.y]; }
      workgroupBarrier();
    }
    if (input < call.inputs && output < call.outputs) {
      result[input * call.outputs + output] = call.scale * sum;
    }
  }`;

export function value(
  { x, kernel }: { x: Tensor; kernel: Tensor },
  call: MaskCall,
  backend: KernelBackend,
): TensorInfo | null {
  const sizes = sizesOf(x, kernel);
  const tile = [sizes.outputs / 16, sizes.batch / 16] as const;
  return run('value', VALUE, [x, kernel], [sizes.batch, sizes.outputs], tile, sizes, call, backend);
}

export function inputGradient(
  { du, kernel }: { du: Tensor; kernel: Tensor },
  call: MaskCall,
  backend: KernelBackend,
): TensorInfo | null {
  const sizes = sizesOf(du, kernel);
  const tile = [sizes.inputs / 32, sizes.batch / 8] as const;
  const shape = [sizes.batch, sizes.inputs] as const;
  return run('inputGradient', INPUT_GRADIENT, [du, kernel], shape, tile, sizes, call, backend);
}

export function kernelGradient(
  { x, du }: { x: Tensor; du: Tensor },
  call: MaskCall,
  backend: KernelBackend,
): TensorInfo | null {
  const sizes = sizesOfRows(x, du);
  const tile = [sizes.inputs / 32, sizes.outputs / 8] as const;
  const shape = [sizes.inputs, sizes.outputs] as const;
  return run('kernelGradient', KERNEL_GRADIENT, [x, du], shape, tile, sizes, call, backend);
}

function run(
  name: string,
  code: string,
  inputs: [Tensor, Tensor],
  shape: readonly [number, number],
  [across, down]: readonly [number, number],
  sizes: ProductSizes,
  { seed, numerator, bits, scale }: MaskCall,
  backend: KernelBackend,
): TensorInfo | null {
  // Empty tensors have no buffer to bind.
  if (inputs.some((input) => input.size === 0) || util.sizeFromShape([...shape]) === 0) return null;
  const uniforms = new ArrayBuffer(32);
  const words = wordsFor(sizes.inputs);
  new Uint32Array(uniforms).set([sizes.batch, sizes.inputs, sizes.outputs, words, seed, numerator, bits]);
  new Float32Array(uniforms)[7] = scale;
  const [result] = runWebgpuPipeline(backend, {
    key: `dropConnect_${name}`,
    code: PRELUDE + code,
    inputs,
    outputs: [{ shape, dtype: 'float32' }],
    uniforms,
    workgroups: [Math.ceil(across), Math.ceil(down), 1],
  });
  return result!;
}
