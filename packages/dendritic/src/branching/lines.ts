import { defineOp } from '@arborize/core';
import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import * as wasm from './wasm.ts';

interface LinesCall {
  /** What follows the rows where a backend wants lines of whole vectors: the last row again, or zeros. */
  readonly rest: 'last' | 'zeros';
}

/**
 * x [rows, columns] as lines [columns, lanes]: what all rows have in one place lies side by side. Lanes are rows, and on
 * WASM some more, to a multiple of 4. As these hold the last row again, they are as finite as the rest; no result has them,
 * so that their gradients are 0.
 */
export const toLines: (inputs: { x: Tensor }, call: LinesCall) => Tensor = defineOp<
  { x: Tensor },
  LinesCall,
  Tensor
>({
  name: 'DendriticToLines',
  reference: ({ x }) => (x.size === 0 ? tf.zeros([x.shape[1]!, x.shape[0]!]) : tf.transpose(x)),
  kernels: { wasm: ({ inputs: { x }, attrs, backend }) => wasm.toLines(x, attrs.rest === 'last', backend) },
  gradient: { saves: ['x'], of: (dy, { x }) => ({ x: () => toRows({ lines: dy }, { rows: x.shape[0]! }) }) },
});

/** Lines [columns, lanes] as [rows, columns]. */
export const toRows: (inputs: { lines: Tensor }, call: { readonly rows: number }) => Tensor = defineOp<
  { lines: Tensor },
  { readonly rows: number },
  Tensor
>({
  name: 'DendriticToRows',
  reference: ({ lines }, { rows }) =>
    lines.size === 0
      ? tf.zeros([rows, lines.shape[0]!])
      : tf.transpose(tf.slice(lines, [0, 0], [lines.shape[0]!, rows])),
  kernels: { wasm: ({ inputs: { lines }, attrs, backend }) => wasm.toRows(lines, attrs.rows, backend) },
  gradient: { saves: [], of: (dy) => ({ lines: () => toLines({ x: dy }, { rest: 'zeros' }) }) },
});
