import { type WasmKernels, wasmModule } from '@arborize/core';
import type { KernelBackend, Tensor, TensorInfo } from '@tensorflow/tfjs-core';
import { wasm as embedded } from './product.as.generated.ts';
import { wasm as relaxed } from './product.relaxed.as.generated.ts';
import {
  type ActivatedCall,
  type Activation,
  activationShape,
  batchOf,
  type Layout,
  type Mask,
  type ProductCall,
  type SampledCall,
  walkOf,
} from './product-call.ts';

interface Exports {
  product(
    ...call: [
      ...index: [pointers: number, indices: number],
      ...values: [values: number, bias: number, x: number, y: number, signs: number],
      ...sizes: [outputs: number, batch: number, stride: number],
      ...activation: [slope: number, mask: number, first: number],
    ]
  ): void;
  sampled(
    ...call: [
      ...index: [pointers: number, indices: number],
      ...values: [x: number, d: number, g: number],
      ...sizes: [outputs: number, batch: number, stride: number, add: number],
    ]
  ): void;
  activationGradient(
    ...call: [
      ...places: [pointers: number, db: number, x: number, indices: number, g: number],
      ...rows: [signs: number, dy: number, dz: number],
      ...sizes: [outputs: number, batch: number],
      ...activation: [slope: number, mask: number, first: number, bits: number],
    ]
  ): void;
  pass(
    ...call: [
      ...rows: [from: number, signs: number, to: number],
      ...sizes: [outputs: number, batch: number],
      ...activation: [slope: number, mask: number, bits: number],
    ]
  ): void;
  writeMask(seed: number, dropped: number, scale: number, batch: number, to: number): void;
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
  const y = kernels.output(activationShape(call.layout, batchOf(x, call.layout), walkOf(call).outputs));
  multiply(kernels, { x, values, bias, y, signs: null }, call, { slope: 1, mask: 0 });
  return y;
}

/** y, with the bits of its signs where the slope is negative. */
export function activatedAffine(
  { x, values, bias }: { readonly x: Tensor; readonly values: Tensor; readonly bias: Tensor },
  { pattern, layout, slope, mask }: ActivatedCall,
  backend: KernelBackend,
): TensorInfo | TensorInfo[] | null {
  const kernels = module.on(backend);
  // Signs and masks go by rows of features.
  if (!kernels || (layout === 'batchMajor' && (slope < 0 || mask))) return null;
  const batch = batchOf(x, layout);
  const outputs = pattern.shape[1];
  const y = kernels.output(activationShape(layout, batch, outputs));
  const signs = slope < 0 ? kernels.output([outputs, Math.ceil(batch / 32)], 'int32') : null;
  withMask(kernels, mask, batch, (address) =>
    multiply(
      kernels,
      { x, values, bias, y, signs },
      { pattern, layout, transposed: false },
      { slope, mask: address },
    ),
  );
  return signs ? [y, signs] : y;
}

/** Runs `use` with the address of what the kernels want of a mask; 0 is that of none. */
function withMask(
  kernels: WasmKernels<Exports>,
  mask: Mask | null,
  batch: number,
  use: (address: number) => void,
): void {
  if (!mask) {
    use(0);
    return;
  }
  const { seed, dropped, scale } = mask;
  kernels.withScratch(16 + 32 * Math.ceil(batch / 8), (scratch) => {
    kernels.exports.writeMask(seed, dropped, scale, batch, scratch);
    use(scratch);
  });
}

interface Operands<T> {
  readonly x: T;
  readonly values: T;
  readonly bias: T | null;
  readonly y: T;
  readonly signs: T | null;
}

function multiply(
  kernels: WasmKernels<Exports>,
  { x, values, bias, y, signs }: Operands<TensorInfo>,
  call: ProductCall,
  { slope, mask }: { readonly slope: number; readonly mask: number },
): void {
  const { inputs, outputs, pointers, indices, permutation } = walkOf(call);
  const batch = batchOf(x, call.layout);
  const [at, meets, from, to] = [pointers, indices, x, y].map(kernels.address) as [
    number,
    number,
    number,
    number,
  ];
  const [offsets, bits] = [bias, signs].map((each) => (each ? kernels.address(each) : 0)) as [number, number];
  const bitStride = bits && 4 * signs!.shape[1]!;
  withPermuted(kernels, values, permutation, (weights) => {
    const run = (xAt: number, yAt: number, examples: number) => {
      const stride = 4 * examples;
      kernels.inParts('product', outputs, 2 * values.shape[0]! * examples, (first, count) => [
        at + 4 * first,
        meets,
        weights,
        offsets && offsets + 4 * first,
        xAt,
        yAt + first * stride,
        bits && bits + first * bitStride,
        count,
        examples,
        stride,
        slope,
        mask,
        first,
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
  values: TensorInfo,
  permutation: TensorInfo | null,
  use: (address: number) => void,
): void {
  if (!permutation) {
    use(kernels.address(values));
    return;
  }
  const size = values.shape[0]!;
  kernels.withScratch(4 * size, (scratch) => {
    const [from, order] = [kernels.address(values), kernels.address(permutation)];
    inLines(kernels, 'permute', size, PERMUTE_OPERATIONS * size, (first, count) => [
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
export function activationGradient(
  dy: Tensor,
  signs: Tensor,
  x: Tensor,
  { pattern, layout, slope, mask }: ActivatedCall,
  backend: KernelBackend,
): TensorInfo[] | null {
  const kernels = module.on(backend);
  if (!kernels || layout !== 'featureMajor') return null;
  const [outputs, batch] = dy.shape as [number, number];
  const made = [dy.shape, [pattern.size], [outputs]].map((shape) => kernels.output(shape));
  const [dz, values, bias] = made as [TensorInfo, TensorInfo, TensorInfo];
  const places = [pattern.columnPointers, bias, x, pattern.rowIndices, values, signs, dy, dz].map(
    kernels.address,
  );
  // Of the first two a part takes numbers from its first row on, of the last three rows.
  const steps = [4, 4, 0, 0, 0, 4 * signs.shape[1]!, 4 * batch, 4 * batch];
  const bits = areBits(signs);
  withMask(kernels, mask, batch, (address) =>
    kernels.inParts('activationGradient', outputs, 2 * pattern.size * batch, (first, count) => [
      ...places.map((place, i) => place + first * steps[i]!),
      ...[count, batch, slope, address, first, bits],
    ]),
  );
  return made;
}

function areBits({ dtype }: Tensor): number {
  return dtype === 'int32' ? 1 : 0;
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

export function pass(
  from: Tensor,
  signs: Tensor,
  { layout, slope, mask }: Activation,
  backend: KernelBackend,
): TensorInfo | null {
  const kernels = module.on(backend);
  if (!kernels || signs.dtype === 'bool') return null;
  const { address, exports } = kernels;
  const to = kernels.output(from.shape);
  const [rows, columns] = from.shape as [number, number];
  const [source, marks, target] = [address(from), address(signs), address(to)];
  const bits = areBits(signs);
  if (!mask && !bits) {
    exports.pass(source, marks, target, 1, from.size, slope, 0, 0);
  } else if (layout === 'featureMajor') {
    withMask(kernels, mask, columns, (at) =>
      exports.pass(source, marks, target, rows, columns, slope, at, bits),
    );
  } else {
    const bytes = 4 * from.size;
    kernels.withScratch(2 * bytes, (scratch) => {
      exports.transpose(source, rows, columns, 4 * columns, scratch, 4 * rows);
      const aside = from === signs ? scratch : scratch + bytes;
      if (from !== signs) exports.transpose(marks, rows, columns, 4 * columns, aside, 4 * rows);
      withMask(kernels, mask, rows, (at) =>
        exports.pass(scratch, aside, scratch, columns, rows, slope, at, 0),
      );
      exports.transpose(scratch, columns, rows, 4 * rows, target, 4 * columns);
    });
  }
  return to;
}
