import { wasmModule } from '@arborize/core';
import { type ClipByValueAttrs, util } from '@tensorflow/tfjs-core';
import { wasm } from './clip.as.generated.ts';
import { provideKernel } from './provide-kernel.ts';

interface Clip {
  clip(x: number, count: number, low: number, high: number, y: number): void;
}

const clipModule = wasmModule<Clip>(wasm);

/** The stock kernel makes a limit of NaN, so that a training that has gone wrong looks sound. */
export function provideClip(): void {
  provideKernel<'x', ClipByValueAttrs>('ClipByValue', ({ inputs: { x }, attrs, backend, stock }) => {
    if (x.dtype !== 'float32') return stock();
    const { exports, address, output } = clipModule.on(backend)!;
    const y = output(x.shape);
    exports.clip(address(x), util.sizeFromShape(x.shape), attrs.clipValueMin, attrs.clipValueMax, address(y));
    return y;
  });
}
