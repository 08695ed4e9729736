import { type Tensor, tensor } from '@tensorflow/tfjs-core';
import { ArgumentError } from '../../errors/argument-error.ts';
import type { Block } from './checkpoint-file.ts';

/** Reads a tensor back from its backend. */
export async function blockOf(name: string, source: Tensor): Promise<Block> {
  const { shape, dtype } = source;
  if (dtype !== 'float32' && dtype !== 'int32' && dtype !== 'bool') {
    throw new ArgumentError({
      where: 'saveCheckpoint',
      argument: name,
      got: source,
      expected: 'a float32, int32 or bool tensor',
    });
  }
  return { name, shape, dtype, values: (await source.data()) as Block['values'] };
}

/** The tensor with exactly the bits of the block. */
export function tensorOf({ values, shape, dtype }: Block): Tensor {
  return tensor(values, [...shape], dtype);
}
