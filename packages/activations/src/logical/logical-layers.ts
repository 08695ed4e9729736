import { LogicalActivation } from './logical-activation-layer.ts';
import { LogicalConv2D } from './logical-conv-2d.ts';
import { LogicalDense } from './logical-dense.ts';

/** The layer classes that a saved model may name. */
export const logicalLayers = [LogicalActivation, LogicalDense, LogicalConv2D] as const;
