import { KWinners2D } from '../k-winners/k-winners-2d-layer.ts';
import { KWinners } from '../k-winners/k-winners-layer.ts';
import { SparseUniform } from '../sparse-weights/sparse-uniform.ts';
import { StaticSparseConv2D } from '../sparse-weights/static-sparse-conv-2d.ts';
import { StaticSparseDense } from '../sparse-weights/static-sparse-dense.ts';
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
  StaticSparseConv2D,
  StaticSparseDense,
  SparseUniform,
] as const;
