import { wasmModule } from '@arborize/core';
import { wasm } from './losses.as.generated.ts';

type Sizes = [rows: number, columns: number];
type Limits = [low: number, high: number];

interface Losses {
  crossentropy(...call: [y: number, p: number, loss: number, ...Sizes, ...Limits]): void;
  crossentropyGradient(...call: [d: number, y: number, p: number, dp: number, ...Sizes, ...Limits]): void;
  meanGradient(...call: [dy: number, dx: number, count: number]): void;
  softmaxGradient(...call: [dy: number, y: number, dx: number, ...Sizes]): void;
}

export const lossModule = wasmModule<Losses>(wasm);

/** Examples and classes of a tensor [..., classes]. */
export function sizesOf({ shape, size }: { readonly shape: number[]; readonly size: number }): Sizes {
  const columns = shape.at(-1)!;
  return [columns === 0 ? 0 : size / columns, columns];
}
