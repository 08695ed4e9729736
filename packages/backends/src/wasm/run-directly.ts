import type { KernelBackend, NamedAttrMap, NamedTensorMap, Tensor, TensorInfo } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';

type RunKernel = (kernelName: string, inputs: NamedTensorMap, attrs?: NamedAttrMap) => Tensor | Tensor[];

/** The parts of TensorFlow.js's engine that run a kernel, which it does not declare public. */
interface Engine {
  readonly state: { readonly profiling: boolean; readonly gradientDepth: number; kernelDepth: number };
  readonly backend: KernelBackend;
  runKernel: RunKernel;
  makeTensorFromTensorInfo(info: TensorInfo): Tensor;
  getTensorsForGradient(kernelName: string, inputs: NamedTensorMap, outputs: Tensor[]): Tensor[];
  saveTensorsForBackwardMode(tensors: Tensor[]): Tensor[];
  addTapeNode(
    kernelName: string,
    inputs: NamedTensorMap,
    outputs: Tensor[],
    gradient: null,
    saved: Tensor[],
    attrs?: NamedAttrMap,
  ): void;
}

const direct = new WeakSet<object>();

/**
 * Runs kernels of the WASM backend by what the stock engine does for each of them when it neither profiles nor looks for
 * errors: the same steps, without their closures. Small networks wait more for these than for the kernels.
 */
export function runDirectly(): void {
  const engine = tf.engine() as unknown as Engine;
  if (direct.has(engine)) return;
  direct.add(engine);
  const stock = engine.runKernel;
  const isChecked = () => engine.state.profiling || tf.env().getBool('DEBUG') || tf.env().getBool('IS_TEST');
  engine.runKernel = (kernelName, inputs, attrs) => {
    const kernel = tf.getBackend() === 'wasm' && !isChecked() && tf.getKernel(kernelName, 'wasm');
    if (!kernel) return stock.call(engine, kernelName, inputs, attrs);
    const { backend, state } = engine;
    // Kernels that a kernel runs are not on the tape.
    const isTaped = state.gradientDepth > 0 && state.kernelDepth === 0;
    let made: TensorInfo | TensorInfo[];
    let outputs: Tensor[];
    let saved: Tensor[] = [];
    state.kernelDepth++;
    try {
      made = kernel.kernelFunc({ inputs, attrs, backend });
      outputs = (Array.isArray(made) ? made : [made]).map((info) =>
        'rank' in info ? (info as Tensor) : engine.makeTensorFromTensorInfo(info),
      );
      if (isTaped) {
        const kept = engine.getTensorsForGradient(kernelName, inputs, outputs);
        saved = engine.saveTensorsForBackwardMode(kept);
      }
    } finally {
      state.kernelDepth--;
    }
    if (isTaped) engine.addTapeNode(kernelName, inputs, outputs, null, saved, attrs);
    return Array.isArray(made) ? outputs : outputs[0]!;
  };
}
