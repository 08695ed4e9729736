import { ArgumentError } from '@arborize/core';
import type * as tfl from '@tensorflow/tfjs-layers';

/** What reads as a weight. */
export interface Weighted {
  read: tfl.LayerVariable['read'];
}

/** A cell of a recurrent layer, as tfjs-layers has them; the weights are there once it is built. */
export interface RecurrentCell {
  readonly kernel: tfl.LayerVariable;
  readonly recurrentKernel: tfl.LayerVariable;
}

interface Recurrent {
  readonly cell?: { readonly units?: number; readonly cells?: readonly RecurrentCell[] };
  readonly forwardLayer?: tfl.layers.Layer;
  readonly backwardLayer?: tfl.layers.Layer;
}

/** The cells of a recurrent layer; throws an `ArgumentError` of `where` for one that has none of the stock kinds. */
export function recurrentCells(where: string, layer: tfl.layers.Layer): RecurrentCell[] {
  const { cell, forwardLayer, backwardLayer } = (layer ?? {}) as Recurrent;
  if (forwardLayer && backwardLayer) {
    return [forwardLayer, backwardLayer].flatMap((each) => recurrentCells(where, each));
  }
  const cells = cell?.cells ?? (cell ? [cell] : []);
  const known = cells.every((each) => 'units' in each && 'recurrentInitializer' in each);
  if (cells.length > 0 && known) return cells as unknown as RecurrentCell[];
  const expected = 'an LSTM, GRU or simple recurrent layer, stacked cells or a bidirectional one';
  const got = layer?.getClassName?.() ?? layer;
  throw new ArgumentError({ where, argument: 'options.layer', got, expected });
}
