import { ArgumentError, toFloatTensor } from '@arborize/core';
import type { Tensor, TensorLike } from '@tensorflow/tfjs-core';
import type { ActiveDendriteConv2D } from './active-dendrite-conv-2d.ts';
import type { ActiveDendriteDense } from './active-dendrite-dense.ts';

/** A layer whose dendrites can be looked at. */
export type GatedLayer = ActiveDendriteDense | ActiveDendriteConv2D;

/** Contexts [D, C] for a built layer with segments. @throws ArgumentError for another width. */
export function contextsFor(
  where: string,
  { dendrites: { width } }: GatedLayer,
  contexts: Tensor | TensorLike,
): Tensor {
  const rows = toFloatTensor(contexts, where, 'contexts');
  if (width !== undefined && rows.rank === 2 && rows.shape[1] === width) return rows;
  const expected = width === undefined ? 'for a built layer with segments' : `of shape [contexts, ${width}]`;
  throw new ArgumentError({ where, argument: 'contexts', got: rows, expected });
}
