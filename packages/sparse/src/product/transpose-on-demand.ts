import type { DataId, KernelBackend, Tensor, TypedArray } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { swapLayout } from './wasm.ts';

/** A transpose that is owed. */
interface Owed {
  readonly source: Tensor;
  readonly backend: KernelBackend;
  references: number;
}

/**
 * Where transposes lie that nobody has read: TensorFlow.js moves a tensor from one backend to another when a kernel there
 * wants its numbers, and only then are they made.
 */
class OnDemand extends tf.KernelBackend {
  private readonly owed = new WeakMap<DataId, Owed>();

  add(dataId: DataId, source: Tensor, backend: KernelBackend): void {
    this.owed.set(dataId, { source: tf.keep(tf.clone(source)), backend, references: 1 });
  }

  override readSync(dataId: DataId): TypedArray {
    const { source, backend } = this.owed.get(dataId)!;
    const transposed = swapLayout(source, backend)!;
    const numbers = backend.readSync(transposed.dataId) as TypedArray;
    backend.disposeData(transposed.dataId);
    return numbers;
  }

  override async read(dataId: DataId): Promise<TypedArray> {
    return this.readSync(dataId);
  }

  override refCount(dataId: DataId): number {
    return this.owed.get(dataId)?.references ?? 0;
  }

  override incRef(dataId: DataId): void {
    this.owed.get(dataId)!.references++;
  }

  override disposeData(dataId: DataId, force = false): boolean {
    const owed = this.owed.get(dataId);
    if (!owed) return true;
    owed.references--;
    if (owed.references > 0 && !force) return false;
    this.owed.delete(dataId);
    owed.source.dispose();
    return true;
  }
}

const onDemand = new OnDemand();

/** The transpose of a matrix on the WASM backend, made when it is first read: of most, nobody ever asks. */
export function transposeOnDemand(source: Tensor, backend: KernelBackend): Tensor {
  const dataId = {};
  onDemand.add(dataId, source, backend);
  const [rows, columns] = source.shape as [number, number];
  return tf
    .engine()
    .makeTensorFromTensorInfo({ dataId, shape: [columns, rows], dtype: source.dtype }, onDemand);
}
