import { trainedModel } from '@arborize/core';
import { Callback } from '@tensorflow/tfjs-layers';
import type { SparseDense } from '../layer/sparse-dense.ts';
import { topologyOf } from '../pattern/sparse-pattern.ts';
import { positionsOf } from '../pattern/topology.ts';
import { evolvingLayers } from './evolution-callback.ts';

/**
 * A callback that reports how much of the network has been explored: the share of positions that were ever connected.
 *
 *     itop = |union of all topologies so far| / |all positions|     over all evolving layers
 *
 * It adds `itop` to the logs of each epoch, hence to the history. Put it after the callbacks that evolve. Accuracy follows
 * this number: where it stays low, train longer or replace more.
 *
 * @example
 * const { history } = await model.fit(xs, ys, { epochs: 10, callbacks: [setEvolution(), itopMetric()] });
 * history.itop.at(-1); // e.g. 0.19 at 5 % density
 * @see Liu et al., "Do We Actually Need Dense Over-Parameterization?", arXiv 2102.02887.
 */
export function itopMetric(): Callback {
  return new ItopMetric();
}

class ItopMetric extends Callback {
  private readonly explored = new Map<SparseDense, { version: number; positions: Float64Array }>();

  override async onTrainBegin(): Promise<void> {
    await this.look();
  }

  override async onBatchEnd(): Promise<void> {
    await this.look();
  }

  override async onEpochEnd(_: number, logs?: Record<string, unknown>): Promise<void> {
    await this.look();
    let [explored, all] = [0, 0];
    for (const [layer, { positions }] of this.explored) {
      explored += positions.length;
      all += layer.positions;
    }
    if (logs) logs.itop = explored / all;
  }

  private async look(): Promise<void> {
    for (const layer of evolvingLayers(trainedModel(this, 'itopMetric'), 'itopMetric')) {
      const known = this.explored.get(layer);
      if (known?.version === layer.topologyVersion) continue;
      const positions = positionsOf(await topologyOf(layer.matrix.pattern));
      this.explored.set(layer, {
        version: layer.topologyVersion,
        positions: known ? union(known.positions, positions) : positions,
      });
    }
  }
}

/** The numbers of two sorted lists, each once. */
function union(a: Float64Array, b: Float64Array): Float64Array {
  const both = new Float64Array(a.length + b.length);
  both.set(a);
  both.set(b, a.length);
  return both.sort().filter((x, i) => x !== both[i - 1]);
}
