import { defineOp, wasmModule } from '@arborize/core';
import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { fuseGradient } from './fuse-gradient.ts';
import { wasm } from './relu-gradient.as.generated.ts';
import { LINE } from './threads/spans.ts';

interface ReluGradient {
  reluGradient(dy: number, x: number, dx: number, count: number): void;
}

const reluModule = wasmModule<ReluGradient>(wasm);

/** What a number costs, in floating-point operations of products that take as long: it waits for memory. */
const OPERATIONS = 16;

const reluGradient = defineOp<{ dy: Tensor; x: Tensor }, object, Tensor>({
  name: 'ReluGradient',
  reference: ({ dy, x }) => tf.mul(dy, tf.step(x)),
  kernels: {
    wasm({ inputs: { dy, x }, backend }) {
      const kernels = reluModule.on(backend);
      if (!kernels || dy.dtype !== 'float32' || x.dtype !== 'float32') return null;
      const dx = kernels.output(x.shape);
      const at = [dy, x, dx].map(kernels.address);
      const lines = Math.ceil(x.size / LINE);
      kernels.inParts('reluGradient', lines, OPERATIONS * x.size, (line, count) => {
        const first = LINE * line;
        return [...at.map((address) => address + 4 * first), Math.min(LINE * count, x.size - first)];
      });
      return dx;
    },
  },
  gradient: {
    saves: ['x'],
    of: (ddx, { x }) => ({ dy: (): Tensor => reluGradient({ dy: ddx, x }, {}), x: () => tf.zerosLike(x) }),
  },
});

/** Lets the gradient of ReLU take one pass where the WASM backend is active; elsewhere nothing changes. */
export function fuseReluGradient(): void {
  fuseGradient('Relu', (dy, [x]) => ({ x: () => reluGradient({ dy, x: x! }, {}) }));
}
