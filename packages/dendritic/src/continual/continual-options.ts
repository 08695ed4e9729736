import { ArgumentError, type CheckpointStorage } from '@arborize/core';
import type { Optimizer } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { ContextSource } from './context-source.ts';
import type { SynapticIntelligence } from './synaptic-intelligence.ts';

/** Options of {@link ContinualTrainer}. */
export interface ContinualTrainerOptions {
  /** Takes x, or [x, context] if it has dendrites. The trainer compiles it. */
  readonly model: LayersModel;
  /** Where contexts come from; left out for a model that takes x alone. */
  readonly contexts?: ContextSource;
  /** Makes the optimiser: anew for each task, unless `keepOptimizer`. */
  readonly optimizer: () => Optimizer;
  /** Whether one optimiser, with its moments, serves all tasks. Default `false`. */
  readonly keepOptimizer?: boolean;
  /** Protects what earlier tasks learned; wants `keepOptimizer`. Default none. */
  readonly synapticIntelligence?: SynapticIntelligence;
  /** A loss of tfjs-layers. Default `'categoricalCrossentropy'`. */
  readonly loss?: string;
  /** Epochs on each task, an integer ≥ 1. */
  readonly epochs: number;
  /** Default 256. */
  readonly batchSize?: number;
  /** Decides the order of samples, an integer. Default 0. */
  readonly seed?: number;
  /** Where to save after every epoch and every task, so that a run goes on after a kill. Default nowhere. */
  readonly storage?: CheckpointStorage;
  /** Told how far the run is. */
  readonly onProgress?: (progress: ContinualProgress) => void;
}

/** How far a continual run is. */
export interface ContinualProgress {
  readonly task: number;
  /** Epochs done on this task. */
  readonly epoch: number;
  /** The share of this epoch that is done. */
  readonly fraction: number;
}

/** @throws ArgumentError for options out of range, or a model and contexts that do not fit. */
export function checkOptions({ model, contexts, epochs }: ContinualTrainerOptions): void {
  const where = 'ContinualTrainer';
  if (!(Number.isInteger(epochs) && epochs >= 1)) {
    throw new ArgumentError({ where, argument: 'options.epochs', got: epochs, expected: 'an integer ≥ 1' });
  }
  const inputs = model.inputs.length;
  if (inputs !== (contexts ? 2 : 1)) {
    throw new ArgumentError({
      where,
      argument: 'options.model',
      got: `${inputs} inputs`,
      expected: contexts ? 'a model of two inputs, x and the context' : 'a model of one input, x',
      remedy: contexts ? '' : 'Models with a context input need options.contexts.',
    });
  }
  const width = model.inputs[1]?.shape.at(-1);
  if (contexts && width !== contexts.width) {
    const expected = `as wide as the model's context input, ${width}`;
    throw new ArgumentError({ where, argument: 'options.contexts', got: contexts.width, expected });
  }
}
