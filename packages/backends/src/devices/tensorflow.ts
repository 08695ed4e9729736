import * as tf from '@tensorflow/tfjs-core';
import { BackendError } from '../backend-error.ts';
import { type BackendName, type Device, isNode } from '../device.ts';
import { registerTensorflowKernels } from '../tensorflow/register-tensorflow-kernels.ts';

interface NodeBinding {
  readonly TF_Version: string;
  isUsingGpuDevice(): boolean;
}

const INSTALL: Readonly<Record<string, string>> = {
  tensorflow: 'Run `npx arborize-backends install-tensorflow`.',
  cuda: 'Run `npx arborize-backends install-tensorflow --cuda` on a machine with an NVIDIA GPU.',
};

/** TensorFlow's C library through tfjs-node, on whatever device it has. */
export const tensorflow: Device = {
  name: 'tensorflow',
  registered: 'tensorflow',
  load: () => loadTensorflow('tensorflow'),
  describe: async () => {
    const { TF_Version, isUsingGpuDevice } = binding();
    const gpu = isUsingGpuDevice();
    return {
      device: `TensorFlow ${TF_Version} on ${gpu ? 'a GPU' : 'the CPU'}`,
      software: false,
      features: gpu ? ['gpu'] : [],
      threads: 0,
    };
  },
};

/** TensorFlow on an NVIDIA GPU. */
export const cuda: Device = {
  name: 'cuda',
  registered: 'tensorflow',
  load: () => loadTensorflow('cuda'),
  async describe() {
    if (!binding().isUsingGpuDevice()) {
      throw new BackendError('cuda', 'TensorFlow is there but sees no GPU', INSTALL.cuda!);
    }
    return tensorflow.describe();
  },
};

function binding(): NodeBinding {
  return (tf.backend() as unknown as { binding: NodeBinding }).binding;
}

async function loadTensorflow(name: BackendName): Promise<void> {
  if (!isNode()) throw new BackendError(name, 'a browser cannot load TensorFlow', "Use 'webgpu' or 'wasm'.");
  restoreRemovedUtilities();
  // Otherwise TensorFlow takes nearly all of a GPU's memory, and logs every start.
  process.env.TF_FORCE_GPU_ALLOW_GROWTH ??= 'true';
  process.env.TF_CPP_MIN_LOG_LEVEL ??= '2';
  const problems: string[] = [];
  // Both have the same code; the names are variables so that bundlers for browsers leave them alone.
  for (const specifier of ['@tensorflow/tfjs-node-gpu', '@tensorflow/tfjs-node']) {
    try {
      await import(/* @vite-ignore */ specifier);
      await registerTensorflowKernels();
      return;
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException;
      const absent = code === 'ERR_MODULE_NOT_FOUND' && message.includes(`'${specifier}'`);
      problems.push(
        absent ? `${specifier} is not installed` : `${specifier} does not load: ${firstLine(message)}`,
      );
    }
  }
  throw new BackendError(name, problems.at(-1)!, INSTALL[name]!);
}

function firstLine(text: string): string {
  return text.split('\n', 1)[0]!;
}

/** tfjs-node 4.22 calls a function that Node removed in version 23. */
function restoreRemovedUtilities(): void {
  const util = process.getBuiltinModule('node:util') as { isNullOrUndefined?: (value: unknown) => boolean };
  util.isNullOrUndefined ??= (value) => value === null || value === undefined;
}
