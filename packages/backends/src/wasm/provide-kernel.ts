import type { KernelBackend, KernelFunc, NamedTensorInfoMap, TensorInfo } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { BackendError } from '../backend-error.ts';
import { gemmModule } from './gemm.ts';
import { orNothing } from './guard-memory.ts';

/** A call of a kernel whose inputs are named `Inputs` and whose attributes are `Attributes`. */
export interface KernelCall<Inputs extends string, Attributes> {
  readonly inputs: Readonly<Record<Inputs, TensorInfo>>;
  readonly attrs: Attributes;
  readonly backend: KernelBackend;
  /** Runs the kernel of the stock backend instead, with some inputs and attributes replaced where they are given. */
  stock(inputs?: Partial<Record<Inputs, TensorInfo | undefined>>, attrs?: Partial<Attributes>): TensorInfo;
}

const provided = new WeakSet<KernelFunc>();

/**
 * Registers a kernel of ours on the WASM backend, over the stock one if there is one; doing so again changes nothing.
 * Where the heap is out of reach, the stock kernel runs.
 */
export function provideKernel<Inputs extends string, Attributes>(
  kernelName: string,
  kernel: (call: KernelCall<Inputs, Attributes>) => TensorInfo | TensorInfo[],
): void {
  const stock = tf.getKernel(kernelName, 'wasm') as tf.KernelConfig | undefined;
  if (stock && provided.has(stock.kernelFunc)) return;
  const kernelFunc: KernelFunc = (call) => {
    const runStock = (inputs?: object, attrs?: object) => {
      // Of kernels that take any number of inputs, these are a list, and none are replaced.
      if (stock)
        return stock.kernelFunc({
          ...call,
          ...(inputs && { inputs: { ...call.inputs, ...inputs } }),
          ...(attrs && { attrs: { ...call.attrs, ...attrs } }),
        }) as TensorInfo;
      throw new BackendError(
        'wasm',
        `${kernelName} needs the heap`,
        "Start the backend by useBackend('wasm').",
      );
    };
    const backend = call.backend as KernelBackend;
    if (!gemmModule.on(backend)) return runStock();
    const inputs = call.inputs as NamedTensorInfoMap as Record<Inputs, TensorInfo>;
    return orNothing(backend, () =>
      kernel({ inputs, attrs: call.attrs as Attributes, backend, stock: runStock }),
    );
  };
  provided.add(kernelFunc);
  // Registering over a kernel warns on the console; the stock set-up is kept for calls that the stock kernel takes.
  if (stock) tf.unregisterKernel(kernelName, 'wasm');
  tf.registerKernel({ ...stock, kernelName, backendName: 'wasm', kernelFunc });
}

/** The names of the kernels that are ours by now. */
export function providedKernels(): string[] {
  return tf
    .getKernelsForBackend('wasm')
    .filter(({ kernelFunc }) => provided.has(kernelFunc))
    .map(({ kernelName }) => kernelName);
}
