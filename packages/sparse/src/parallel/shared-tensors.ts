import type { TensorSet } from '@arborize/core';
import { Tensor, tensor } from '@tensorflow/tfjs-core';

type Values = Float32Array | Int32Array | Uint8Array;

/** A tensor in memory shared between threads. */
export interface SharedTensor {
  readonly shape: readonly number[];
  readonly dtype: 'float32' | 'int32' | 'bool';
  readonly values: Values;
}

/** Inputs or targets, as one tensor, a list, or a map by name. */
export type SharedSet = SharedTensor | readonly SharedTensor[] | { readonly [name: string]: SharedTensor };

/** Copies the tensors of a set to where all threads see them. */
export async function shareTensors(set: TensorSet): Promise<SharedSet> {
  if (set instanceof Tensor) return shareTensor(set);
  if (Array.isArray(set)) return Promise.all(set.map(shareTensor));
  const entries = Object.entries(set).map(async ([name, x]) => [name, await shareTensor(x)] as const);
  return Object.fromEntries(await Promise.all(entries));
}

async function shareTensor(x: Tensor): Promise<SharedTensor> {
  const read = (await x.data()) as Values;
  const ArrayType = read.constructor as Float32ArrayConstructor;
  const values = new ArrayType(new SharedArrayBuffer(read.byteLength));
  values.set(read);
  return { shape: x.shape, dtype: x.dtype as SharedTensor['dtype'], values };
}

/** Tensors of this thread with some of the rows of a shared set. */
export function takeRows(set: SharedSet, rows: Uint32Array): TensorSet {
  const take = ({ shape, dtype, values }: SharedTensor) => {
    const each = shape.slice(1);
    const size = each.reduce((a, b) => a * b, 1);
    const taken = new (values.constructor as Float32ArrayConstructor)(rows.length * size);
    for (const [i, row] of rows.entries()) taken.set(values.subarray(row * size, (row + 1) * size), i * size);
    return tensor(taken, [rows.length, ...each], dtype);
  };
  if (isShared(set)) return take(set);
  if (Array.isArray(set)) return set.map(take);
  return Object.fromEntries(Object.entries(set).map(([name, x]) => [name, take(x)]));
}

function isShared(set: SharedSet): set is SharedTensor {
  return 'values' in set && ArrayBuffer.isView(set.values);
}
