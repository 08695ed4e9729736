import { heapFloats, type TensorSet } from '@arborize/core';
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

/**
 * Tensors of this thread with some of the rows of a shared set.
 *
 * @param used Tensors for as many rows that nobody needs any more: they are filled again where that is possible, or disposed of.
 */
export function takeRows(set: SharedSet, rows: Uint32Array, used?: TensorSet): TensorSet {
  if (isShared(set)) return takeTensor(set, rows, used as Tensor | undefined);
  const old = used as Record<string, Tensor> | undefined;
  if (Array.isArray(set)) return set.map((x, i) => takeTensor(x, rows, old?.[i]));
  const entries = Object.entries(set).map(([name, x]) => [name, takeTensor(x, rows, old?.[name])]);
  return Object.fromEntries(entries);
}

function takeTensor({ shape, dtype, values }: SharedTensor, rows: Uint32Array, used?: Tensor): Tensor {
  const each = shape.slice(1);
  const size = each.reduce((a, b) => a * b, 1);
  const own = used && heapFloats(used);
  const taken = own ?? new (values.constructor as Float32ArrayConstructor)(rows.length * size);
  for (let i = 0; i < rows.length; i++) {
    taken.set(values.subarray(rows[i]! * size, (rows[i]! + 1) * size), i * size);
  }
  if (own) return used;
  used?.dispose();
  return tensor(taken, [rows.length, ...each], dtype);
}

function isShared(set: SharedSet): set is SharedTensor {
  return 'values' in set && ArrayBuffer.isView(set.values);
}
