import { KWinners2D } from '../k-winners/k-winners-2d-layer.ts';
import { KWinners } from '../k-winners/k-winners-layer.ts';
import { SparseConv2D } from '../sparse-weights/sparse-conv-2d.ts';
import { SparseDense } from '../sparse-weights/sparse-dense.ts';
import { SparseUniform } from '../sparse-weights/sparse-uniform.ts';
import { ActiveDendriteConv2D } from './active-dendrite-conv-2d.ts';
import { ActiveDendriteDense } from './active-dendrite-dense.ts';
import { ContextTable } from './context-table.ts';

/** The classes that a saved model with active dendrites may name. */
export const activeDendriteClasses = [
  ActiveDendriteConv2D,
  ActiveDendriteDense,
  ContextTable,
  KWinners,
  KWinners2D,
  SparseConv2D,
  SparseDense,
  SparseUniform,
] as const;
