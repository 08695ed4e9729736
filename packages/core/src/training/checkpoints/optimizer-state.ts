import { dispose, type Optimizer, type Variable, variable } from '@tensorflow/tfjs-core';
import { learningRateOf, setLearningRate } from '../schedules/learning-rate.ts';
import { type Block, CheckpointError } from './checkpoint-file.ts';
import { blockOf, tensorOf } from './tensor-blocks.ts';

/** What a checkpoint's header says of an optimiser; the numbers themselves are in blocks. */
export interface OptimizerHeader {
  readonly className: string;
  readonly iterations: number;
  readonly learningRate?: number;
}

interface Slot {
  originalName: string;
  variable: Variable;
}

// Where the optimisers of tfjs-core keep their state. Read and written directly, because their own `getWeights` and
// `setWeights` lose bits (Adam recomputes its powers of β: other bits at four steps of five) or do not exist (Adamax).
const FIELDS: Record<string, { slots: string[]; scalars?: string[] }> = {
  SGD: { slots: [] },
  Momentum: { slots: ['accumulations'] },
  Adagrad: { slots: ['accumulatedGrads'] },
  Adadelta: { slots: ['accumulatedGrads', 'accumulatedUpdates'] },
  RMSProp: { slots: ['accumulatedMeanSquares', 'accumulatedMoments', 'accumulatedMeanGrads'] },
  Adam: { slots: ['accumulatedFirstMoment', 'accumulatedSecondMoment'], scalars: ['accBeta1', 'accBeta2'] },
  Adamax: {
    slots: ['accumulatedFirstMoment', 'accumulatedWeightedInfNorm'],
    scalars: ['accBeta1', 'iteration'],
  },
};

/** Takes down an optimiser's state; one that is not tfjs-core's own is asked for its `getWeights`. */
export async function readOptimizer(
  optimizer: Optimizer,
): Promise<{ header: OptimizerHeader; blocks: Block[] }> {
  const className = optimizer.getClassName();
  const header = { className, iterations: optimizer.iterations, learningRate: learningRateOf(optimizer) };
  const fields = FIELDS[className];
  if (!fields) {
    const weights = await optimizer.getWeights();
    const blocks = await Promise.all(weights.map(({ name, tensor }) => blockOf(name, tensor)));
    // The step counter is made for the caller; all other tensors are the optimiser's own.
    dispose(weights.filter(({ name }) => name === 'iter').map(({ tensor }) => tensor));
    return { header, blocks };
  }
  const scalars = (fields.scalars ?? []).map((field) => blockOf(field, scalarsOf(optimizer)[field]!));
  const slots = fields.slots.flatMap((field) =>
    slotsOf(optimizer)[field]!.map((slot) => blockOf(`${field}:${slot.originalName}`, slot.variable)),
  );
  return { header, blocks: await Promise.all([...scalars, ...slots]) };
}

/** Puts a state back, so that the next step is bit for bit the one that would have followed. */
export async function writeOptimizer(
  optimizer: Optimizer,
  header: OptimizerHeader,
  blocks: readonly Block[],
  name: string,
): Promise<void> {
  const className = optimizer.getClassName();
  if (className !== header.className) {
    throw new CheckpointError(`${name} holds the state of ${header.className}; the model has ${className}.`);
  }
  const fields = FIELDS[className];
  if (fields) {
    (optimizer as unknown as { iterations_: number }).iterations_ = header.iterations;
    for (const field of fields.scalars ?? []) {
      const block = blocks.find((b) => b.name === field)!;
      assignAndDispose(scalarsOf(optimizer)[field]!, block);
    }
    for (const field of fields.slots) {
      for (const slot of slotsOf(optimizer)[field]!) slot.variable.dispose();
      slotsOf(optimizer)[field] = blocks.filter((b) => b.name.startsWith(`${field}:`)).map(slotOf);
    }
  } else {
    const weights = blocks.map((block) => ({ name: block.name, tensor: tensorOf(block) }));
    await optimizer.setWeights(weights);
    dispose(weights.map(({ tensor }) => tensor));
  }
  if (header.learningRate !== undefined) setLearningRate(optimizer, header.learningRate);
}

function slotOf(block: Block): Slot {
  const initial = tensorOf(block);
  const slot = {
    originalName: block.name.slice(block.name.indexOf(':') + 1),
    variable: variable(initial, false),
  };
  initial.dispose();
  return slot;
}

/** Gives a variable the exact bits of a block. */
export function assignAndDispose(target: Variable, block: Block): void {
  const value = tensorOf(block);
  target.assign(value);
  value.dispose();
}

const slotsOf = (optimizer: Optimizer) => optimizer as unknown as Record<string, Slot[]>;
const scalarsOf = (optimizer: Optimizer) => optimizer as unknown as Record<string, Variable>;
