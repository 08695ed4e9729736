import { defineOp, keepMask } from '@arborize/core';
import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import type { MaskCall } from './level-shape.ts';
import * as wasm from './wasm.ts';
import * as webgpu from './webgpu.ts';

/** x [rows, columns] times the mask of its seed, which is made anew for the gradient and never kept. */
export const counterDropout: (inputs: { x: Tensor }, mask: MaskCall) => Tensor = defineOp<
  { x: Tensor },
  MaskCall,
  Tensor
>({
  name: 'DendriticDropout',
  reference({ x }, mask) {
    const [rows, columns] = x.shape as [number, number];
    return tf.mul(x, tf.tensor2d(keepMask(mask.seed, rows, columns, mask), [rows, columns]));
  },
  kernels: {
    webgpu: ({ inputs: { x }, attrs, backend }) => webgpu.dropout(x, attrs, backend),
    wasm: ({ inputs: { x }, attrs, backend }) => wasm.dropout(x, attrs, backend),
  },
  gradient: {
    saves: [],
    of: (dy, _, mask) => ({ x: () => counterDropout({ x: dy }, mask) }),
  },
});
