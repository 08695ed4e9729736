import {
  backend_util,
  type CastAttrs,
  type ConcatAttrs,
  cast,
  notEqual,
  type SliceAttrs,
  type SplitVAttrs,
  slice_util,
  type Tensor,
  type TensorInfo,
  type TileAttrs,
  type TransposeAttrs,
  tidy,
  type UnpackAttrs,
  util,
} from '@tensorflow/tfjs-core';
import { concat, share, slice, tile } from './blocks.ts';
import { provideKernel } from './provide-kernel.ts';

/** Copies of parts: the stock kernels read the whole input for each part, and copy what needs no copy. */
export function provideBlockKernels(): void {
  provideKernel<'x', object>('Identity', ({ inputs: { x }, backend, stock }) =>
    x.dtype === 'string' ? stock() : share(backend, x),
  );
  provideKernel<'x', CastAttrs>('Cast', ({ inputs: { x }, attrs: { dtype }, backend, stock }) => {
    if (x.dtype === 'string') return stock();
    if (x.dtype === dtype) return share(backend, x);
    // The stock kernel cuts a number down to its last byte.
    if (dtype === 'bool') return tidy(() => notEqual(x as Tensor, cast(0, x.dtype)));
    return stock();
  });
  provideKernel<'x', SliceAttrs>('Slice', ({ inputs: { x }, attrs, backend, stock }) => {
    if (x.dtype === 'string') return stock();
    const [begin, size] = slice_util.parseSliceParams(x, attrs.begin, attrs.size);
    slice_util.assertParamsValid(x, begin!, size!);
    return slice(backend, x, begin!, size!);
  });
  provideKernel<'x', SplitVAttrs>('SplitV', ({ inputs: { x }, attrs, backend, stock }) => {
    if (x.dtype === 'string') return stock();
    const [axis] = util.parseAxisParam(attrs.axis, x.shape) as [number];
    // Of a tensor info, only its shape is asked for.
    const lengths = backend_util.prepareSplitSize(
      x as Parameters<typeof backend_util.prepareSplitSize>[0],
      attrs.numOrSizeSplits,
      axis,
    );
    let first = 0;
    return lengths.map((length) => {
      const part = slice(backend, x, x.shape.map(() => 0).with(axis, first), x.shape.with(axis, length));
      first += length;
      return part;
    });
  });
  provideKernel<'value', UnpackAttrs>('Unpack', ({ inputs: { value }, attrs, backend, stock }) => {
    if (value.dtype === 'string') return stock();
    const axis = attrs.axis < 0 ? attrs.axis + value.shape.length : attrs.axis;
    return Array.from({ length: value.shape[axis]! }, (_, i) => {
      const part = slice(backend, value, value.shape.map(() => 0).with(axis, i), value.shape.with(axis, 1));
      return { ...part, shape: value.shape.toSpliced(axis, 1) };
    });
  });
  provideKernel<string, ConcatAttrs>('Concat', ({ inputs, attrs, backend, stock }) => {
    const parts = inputs as unknown as TensorInfo[];
    if (parts[0]!.dtype === 'string') return stock();
    const [axis] = util.parseAxisParam(attrs.axis, parts[0]!.shape) as [number];
    backend_util.assertParamsConsistent(
      parts.map((part) => part.shape),
      axis,
    );
    return concat(backend, parts, axis);
  });
  provideKernel<'x', TransposeAttrs>('Transpose', ({ inputs: { x }, attrs: { perm }, backend, stock }) =>
    // The stock kernel divides by the size of an axis.
    x.dtype === 'string' || util.sizeFromShape(x.shape) > 0
      ? stock()
      : share(
          backend,
          x,
          perm.map((axis) => x.shape[axis]!),
        ),
  );
  provideKernel<'x', TileAttrs>('Tile', ({ inputs: { x }, attrs, backend, stock }) =>
    x.dtype === 'string' ? stock() : tile(backend, x, attrs.reps),
  );
}
