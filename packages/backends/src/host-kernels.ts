import type { KernelBackend, KernelFunc, TensorInfo } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { cpu } from './devices/cpu.ts';
import { replaceKernel } from './replace-kernel.ts';

type Reads = { readSync(dataId: object): tf.BackendValues };

/**
 * Gives a backend the kernels of plain JavaScript for what it has none: strings, ragged and sparse bookkeeping, and other
 * small work whose result has a shape that depends on values. They read their inputs at once.
 */
export async function registerHostKernels(
  backendName: string,
  kernelNames: readonly string[],
): Promise<void> {
  const missing = kernelNames.filter((kernelName) => !tf.getKernel(kernelName, backendName));
  if (missing.length === 0) return;
  await cpu.load({});
  for (const kernelName of missing) replaceKernel(backendName, kernelName, () => onHost(kernelName));
}

function onHost(kernelName: string): KernelFunc {
  return ({ inputs, attrs, backend }) => {
    const host = tf.findBackend('cpu');
    const { kernelFunc } = tf.getKernel(kernelName, 'cpu');
    const made: TensorInfo[] = [];
    const move = (from: unknown, to: unknown, { dataId, shape, dtype }: TensorInfo): TensorInfo => {
      const values = (from as Reads).readSync(dataId);
      return { dataId: (to as KernelBackend).write(values, shape, dtype), shape, dtype };
    };
    const toHost = (x: TensorInfo) => {
      made.push(move(backend, host, x));
      return made.at(-1)!;
    };
    try {
      // Ragged kernels take lists of tensors, too.
      const moved = Object.entries(inputs as Record<string, TensorInfo | TensorInfo[]>).map(([name, x]) => [
        name,
        Array.isArray(x) ? x.map(toHost) : toHost(x),
      ]);
      const y = kernelFunc({ inputs: Object.fromEntries(moved), attrs, backend: host });
      const outputs = [y].flat();
      made.push(...outputs);
      const results = outputs.map((output) => move(host, backend, output));
      return Array.isArray(y) ? results : results[0]!;
    } finally {
      for (const { dataId } of made) host.disposeData(dataId);
    }
  };
}
