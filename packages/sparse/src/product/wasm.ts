import { type WasmKernels, wasmModule } from '@arborize/core';
import type { KernelBackend, Tensor, TensorInfo } from '@tensorflow/tfjs-core';
import { wasm as embedded } from './product.as.generated.ts';
import { wasm as relaxed } from './product.relaxed.as.generated.ts';
import {
  activationShape,
  batchOf,
  type Layout,
  type ProductCall,
  type SampledCall,
  walkOf,
} from './product-call.ts';

interface Exports {
  product(
    ...call: [
      ...index: [pointers: number, indices: number],
      ...values: [values: number, bias: number, x: number, y: number],
      ...sizes: [outputs: number, batch: number, stride: number, rectify: number],
    ]
  ): void;
  sampled(
    ...call: [
      ...index: [pointers: number, indices: number],
      ...values: [x: number, d: number, g: number],
      ...sizes: [outputs: number, batch: number, stride: number, add: number],
    ]
  ): void;
  rectifiedGradient(
    ...call: [
      ...places: [pointers: number, db: number, x: number, indices: number, g: number],
      ...rows: [dy: number, y: number, dz: number],
      ...sizes: [outputs: number, batch: number],
    ]
  ): void;
  passPositive(gradient: number, activation: number, out: number, count: number): void;
  columnSums(x: number, rows: number, columns: number, out: number): void;
  rowSums(x: number, rows: number, columns: number, out: number): void;
  permute(values: number, permutation: number, out: number, count: number): void;
  transpose(x: number, rows: number, columns: number, from: number, out: number, to: number): void;
}

const module = wasmModule<Exports>(embedded, { relaxed });

/**
 * Batch-major activations go through in runs of this many examples, feature-major in scratch memory: enough to fill the
 * registers of the kernel, few enough for the runs of a wide layer to stay in the cache.
 */
const RUN = 32;
/** The same for the sampled product, which pays for each run with a sum over lanes. */
const SAMPLED_RUN = 128;
/** Floats of a line of the cache. */
const LINE = 16;
/** What copying a number costs, in floating-point operations of products that take as long: in order, and from anywhere. */
const [COPY_OPERATIONS, PERMUTE_OPERATIONS] = [8, 16];

export function product(
  x: Tensor,
  values: Tensor,
  bias: Tensor | null,
  call: ProductCall,
  backend: KernelBackend,
): TensorInfo | null {
  const kernels = module.on(backend);
  if (!kernels) return null;
  const { inputs, outputs, pointers, indices, permutation } = walkOf(call);
  const batch = batchOf(x, call.layout);
  const y = kernels.output(activationShape(call.layout, batch, outputs));
  const [at, meets, from, to] = [pointers, indices, x, y].map(kernels.address) as [
    number,
    number,
    number,
    number,
  ];
  const offsets = bias ? kernels.address(bias) : 0;
  const rectify = call.rectified ? 1 : 0;
  withPermuted(kernels, values, permutation, (weights) => {
    const run = (xAt: number, yAt: number, examples: number) => {
      const stride = 4 * examples;
      kernels.inParts('product', outputs, 2 * values.size * examples, (first, count) => [
        at + 4 * first,
        meets,
        weights,
        bias ? offsets + 4 * first : 0,
        xAt,
        yAt + first * stride,
        count,
        examples,
        stride,
        rectify,
      ]);
    };
    if (call.layout === 'featureMajor' || batch === 1) return run(from, to, batch);
    const most = Math.min(batch, RUN);
    kernels.withScratch(4 * most * (inputs + outputs), (scratch) => {
      const aside = scratch + 4 * most * inputs;
      for (let b = 0; b < batch; b += RUN) {
        const examples = Math.min(RUN, batch - b);
        const { transpose } = kernels.exports;
        transpose(from + 4 * b * inputs, examples, inputs, 4 * inputs, scratch, 4 * examples);
        run(scratch, aside, examples);
        transpose(aside, outputs, examples, 4 * examples, to + 4 * b * outputs, 4 * outputs);
      }
    });
  });
  return y;
}

/** As `inParts`, of numbers that follow each other, and cut between lines of the cache. */
function inLines(
  kernels: WasmKernels<Exports>,
  name: keyof Exports,
  size: number,
  operations: number,
  call: (first: number, count: number) => readonly number[],
): void {
  kernels.inParts(name, Math.ceil(size / LINE), operations, (line, lines) => {
    const first = LINE * line;
    return call(first, Math.min(LINE * lines, size - first));
  });
}

/** The values in the order that a walk of the transpose meets them. */
function withPermuted(
  kernels: WasmKernels<Exports>,
  values: Tensor,
  permutation: Tensor | null,
  use: (address: number) => void,
): void {
  if (!permutation) {
    use(kernels.address(values));
    return;
  }
  kernels.withScratch(4 * values.size, (scratch) => {
    const [from, order] = [kernels.address(values), kernels.address(permutation)];
    inLines(kernels, 'permute', values.size, PERMUTE_OPERATIONS * values.size, (first, count) => [
      from,
      order + 4 * first,
      scratch + 4 * first,
      count,
    ]);
    use(scratch);
  });
}

export function sampled(
  a: Tensor,
  b: Tensor,
  { pattern, layout }: SampledCall,
  backend: KernelBackend,
): TensorInfo | null {
  const kernels = module.on(backend);
  if (!kernels) return null;
  const [inputs, outputs] = pattern.shape;
  const batch = batchOf(a, layout);
  const gradient = kernels.output([pattern.size]);
  const { address, exports } = kernels;
  const [pointers, rows, left, right, to] = [pattern.columnPointers, pattern.rowIndices, a, b, gradient].map(
    address,
  ) as [number, number, number, number, number];
  if (layout === 'featureMajor' || batch <= 1) {
    const stride = 4 * batch;
    kernels.inParts('sampled', outputs, 2 * pattern.size * batch, (first, count) => [
      pointers + 4 * first,
      rows,
      left,
      right + first * stride,
      to,
      count,
      batch,
      stride,
      0,
    ]);
    return gradient;
  }
  const most = Math.min(batch, SAMPLED_RUN);
  kernels.withScratch(4 * most * (inputs + outputs), (scratch) => {
    const aside = scratch + 4 * most * inputs;
    for (let k = 0; k < batch; k += SAMPLED_RUN) {
      const examples = Math.min(SAMPLED_RUN, batch - k);
      exports.transpose(left + 4 * k * inputs, examples, inputs, 4 * inputs, scratch, 4 * examples);
      exports.transpose(right + 4 * k * outputs, examples, outputs, 4 * outputs, aside, 4 * examples);
      exports.sampled(pointers, rows, scratch, aside, to, outputs, examples, 4 * examples, k > 0 ? 1 : 0);
    }
  });
  return gradient;
}

/** For feature-major activations only. */
export function rectifiedGradient(
  dy: Tensor,
  y: Tensor,
  x: Tensor,
  { pattern, layout }: SampledCall,
  backend: KernelBackend,
): TensorInfo[] | null {
  const kernels = module.on(backend);
  if (!kernels || layout !== 'featureMajor') return null;
  const [outputs, batch] = y.shape as [number, number];
  const made = [dy.shape, [pattern.size], [outputs]].map((shape) => kernels.output(shape));
  const [dz, values, bias] = made as [TensorInfo, TensorInfo, TensorInfo];
  const places = [pattern.columnPointers, bias, x, pattern.rowIndices, values, dy, y, dz].map(
    kernels.address,
  );
  // Of the first two a part takes numbers from its first row on, of the last three rows.
  const steps = [4, 4, 0, 0, 0, 4 * batch, 4 * batch, 4 * batch];
  kernels.inParts('rectifiedGradient', outputs, 2 * pattern.size * batch, (first, count) => [
    ...places.map((place, i) => place + first * steps[i]!),
    count,
    batch,
  ]);
  return made;
}

export function sumBatch(x: Tensor, layout: Layout, backend: KernelBackend): TensorInfo | null {
  const kernels = module.on(backend);
  if (!kernels) return null;
  const [rows, columns] = x.shape as [number, number];
  const batchMajor = layout === 'batchMajor';
  const sums = kernels.output([batchMajor ? columns : rows]);
  const { columnSums, rowSums } = kernels.exports;
  (batchMajor ? columnSums : rowSums)(kernels.address(x), rows, columns, kernels.address(sums));
  return sums;
}

export function swapLayout(x: Tensor, backend: KernelBackend): TensorInfo | null {
  const kernels = module.on(backend);
  if (!kernels) return null;
  const [rows, columns] = x.shape as [number, number];
  const swapped = kernels.output([columns, rows]);
  const [from, to] = [kernels.address(x), kernels.address(swapped)];
  inLines(kernels, 'transpose', columns, COPY_OPERATIONS * x.size, (first, count) => [
    from + 4 * first,
    rows,
    count,
    4 * columns,
    to + 4 * rows * first,
    4 * rows,
  ]);
  return swapped;
}

export function passPositive(dy: Tensor, y: Tensor, backend: KernelBackend): TensorInfo | null {
  const kernels = module.on(backend);
  if (!kernels) return null;
  const dz = kernels.output(dy.shape);
  const { address, exports } = kernels;
  exports.passPositive(address(dy), address(y), address(dz), dy.size);
  return dz;
}
