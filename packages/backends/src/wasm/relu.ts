import { wasmModule } from '@arborize/core';
import { util } from '@tensorflow/tfjs-core';
import { provideKernel } from './provide-kernel.ts';
import { wasm } from './relu.as.generated.ts';
import { LINE } from './threads/spans.ts';

interface Relu {
  relu(x: number, y: number, count: number): void;
}

const reluModule = wasmModule<Relu>(wasm);

/** What a number costs, in floating-point operations of products that take as long: it waits for memory. */
const OPERATIONS = 12;

/** The stock kernel has one thread. */
export function provideRelu(): void {
  provideKernel<'x', object>('Relu', ({ inputs: { x }, backend, stock }) => {
    if (x.dtype !== 'float32') return stock();
    const kernels = reluModule.on(backend)!;
    const y = kernels.output(x.shape);
    const size = util.sizeFromShape(x.shape);
    const [from, to] = [x, y].map(kernels.address) as [number, number];
    kernels.inParts('relu', Math.ceil(size / LINE), OPERATIONS * size, (line, lines) => {
      const first = LINE * line;
      return [from + 4 * first, to + 4 * first, Math.min(LINE * lines, size - first)];
    });
    return y;
  });
}
