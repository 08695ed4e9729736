import type { KernelBackend, Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';

/** The parts of TensorFlow.js's engine that keep tensors for the backward pass, which it does not declare public. */
interface Engine {
  readonly state: {
    readonly profiling: boolean;
    readonly tensorInfo: { get(dataId: object): { readonly backend: KernelBackend } | undefined };
  };
  trackTensor(tensor: Tensor, backend: KernelBackend): void;
  saveTensorsForBackwardMode?(tensors: Tensor[]): Tensor[];
}

type MakeTensor = new (shape: number[], dtype: tf.DataType, dataId: object, id: number) => Tensor;

const saving = new WeakSet<object>();

/**
 * What an op keeps for its gradient becomes, while the WASM backend is active, a reference to the same numbers. The stock
 * engine runs a kernel for each and writes it on the tape, an eighth of a training step of small layers. A reference bears
 * the id of its original: a gradient of a gradient finds its way without an entry of its own.
 */
export function saveByReference(): void {
  const engine = tf.engine() as unknown as Engine;
  const stock = engine.saveTensorsForBackwardMode;
  if (!stock || saving.has(engine)) return;
  saving.add(engine);
  engine.saveTensorsForBackwardMode = (tensors) => {
    // Profiles and the checks of the debug mode see each copy as a kernel.
    if (tf.getBackend() !== 'wasm' || engine.state.profiling || tf.env().getBool('DEBUG')) {
      return stock.call(engine, tensors);
    }
    const backend = tf.backend();
    return tensors.map((tensor) =>
      tensor.dtype !== 'string' && engine.state.tensorInfo.get(tensor.dataId)?.backend === backend
        ? reference(tensor, engine, backend)
        : stock.call(engine, [tensor])[0]!,
    );
  };
}

function reference(tensor: Tensor, engine: Engine, backend: KernelBackend): Tensor {
  const { shape, dtype, dataId, id } = tensor;
  const saved = new (tf.Tensor as unknown as MakeTensor)(shape, dtype, dataId, id);
  saved.kept = true;
  backend.incRef(dataId);
  engine.trackTensor(saved, backend);
  return saved;
}
