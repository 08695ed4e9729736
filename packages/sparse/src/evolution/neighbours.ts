import type { layers } from '@tensorflow/tfjs-layers';
import { SparseDense } from '../layer/sparse-dense.ts';
import type { Alive } from './grow.ts';

type Layer = layers.Layer;
interface Node {
  readonly inboundLayers: Layer[];
  readonly outboundLayer: Layer;
}

/** The sparse layer whose units are this layer's inputs, if only layers without weights lie between. */
export function sourceOf(layer: Layer): SparseDense | null {
  return walk(layer, ({ inboundNodes }) =>
    (inboundNodes as unknown as Node[]).flatMap((node) => node.inboundLayers),
  );
}

/** The sparse layer that this layer's units feed, if they feed no other and only layers without weights lie between. */
export function targetOf(layer: Layer): SparseDense | null {
  return walk(layer, ({ outboundNodes }) =>
    (outboundNodes as unknown as Node[]).map((node) => node.outboundLayer),
  );
}

function walk(layer: Layer, next: (layer: Layer) => Layer[]): SparseDense | null {
  let [at, ...others] = next(layer);
  while (at && others.length === 0) {
    if (at instanceof SparseDense) return at;
    if (at.weights.length > 0) return null;
    [at, ...others] = next(at);
  }
  return null;
}

/** The inputs and units of a layer that no importance pruning has removed. */
export function aliveOf(layer: SparseDense): Alive {
  return { rows: sourceOf(layer)?.livingUnits ?? null, columns: layer.livingUnits };
}
