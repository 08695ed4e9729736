import { gather, slice, Tensor, tensor1d, tidy } from '@tensorflow/tfjs-core';
import { ArgumentError } from '../../errors/argument-error.ts';
import { Random } from '../../random/random.ts';

/** What a model takes as inputs or targets: one tensor, a list, or a map by name, all with examples on the first axis. */
export type TensorSet = Tensor | readonly Tensor[] | { readonly [name: string]: Tensor };

/** Options of {@link seededBatches}. */
export interface SeededBatchesOptions {
  /** Examples per batch, an integer ≥ 1; the last batch of an epoch may be smaller. Default 32. */
  readonly batchSize?: number;
  /** The seed of the order, an integer. */
  readonly seed: number;
  /** The epoch that the first pass is: to resume, the same as `initialEpoch`. Default 0. */
  readonly startEpoch?: number;
  /** Whether to shuffle; otherwise every epoch has the order of the data. Default true. */
  readonly shuffle?: boolean;
}

/** The data set of {@link seededBatches}, of the shape that `model.fitDataset` takes. */
export interface SeededBatches {
  /** Batches per epoch. */
  readonly size: number;
  /** Begins a pass; its epoch is decided when the first batch is asked for. */
  iterator(): Promise<{ next(): Promise<IteratorResult<Batch>> }>;
}

/** One batch; whoever asked for it disposes it. */
export interface Batch {
  readonly xs: TensorSet;
  readonly ys: TensorSet;
}

/**
 * Cuts tensors into batches whose order in an epoch depends on the seed and the epoch's number alone, so that training
 * is reproducible and can be resumed; `model.fit` shuffles without a seed.
 *
 * Give it to `model.fitDataset` without `batchesPerEpoch`. Each pass that reads at least one batch counts as one epoch.
 * `xs` and `ys` stay the caller's; nothing is copied until a batch is asked for.
 *
 * @param xs Inputs, each `[N, …]`.
 * @param ys Targets, each `[N, …]`.
 * @throws ArgumentError if the tensors differ in N or an option is out of range.
 *
 * @example
 * const batches = seededBatches(xs, ys, { seed: 1, batchSize: 64 });
 * await model.fitDataset(batches, { epochs: 10 });
 *
 * // later, after the first ten epochs:
 * const more = seededBatches(xs, ys, { seed: 1, batchSize: 64, startEpoch: 10 });
 * await model.fitDataset(more, { initialEpoch: 10, epochs: 20 });
 */
export function seededBatches(xs: TensorSet, ys: TensorSet, options: SeededBatchesOptions): SeededBatches {
  const { batchSize = 32, seed, startEpoch = 0, shuffle = true } = options;
  const count = exampleCount(xs, ys);
  integerFrom(1, 'batchSize', batchSize);
  integerFrom(0, 'startEpoch', startEpoch);
  const random = new Random(seed);
  let nextEpoch = startEpoch;

  return {
    size: Math.ceil(count / batchSize),
    async iterator() {
      let order: Uint32Array | undefined;
      let begin = 0;
      return {
        async next() {
          if (begin >= count) return { done: true, value: undefined };
          // `fitDataset` makes one iterator more than it reads, so the epoch is taken here and not in `iterator`.
          if (begin === 0) {
            const epoch = nextEpoch++;
            if (shuffle) order = random.fork(epoch).permutation(count);
          }
          const length = Math.min(batchSize, count - begin);
          const rows = order?.subarray(begin, begin + length);
          const value = { xs: take(xs, rows, begin, length), ys: take(ys, rows, begin, length) };
          begin += length;
          return { done: false, value };
        },
      };
    },
  };
}

function take(set: TensorSet, rows: Uint32Array | undefined, begin: number, length: number): TensorSet {
  const pick = (x: Tensor): Tensor =>
    rows ? tidy(() => gather(x, tensor1d(Int32Array.from(rows), 'int32'))) : slice(x, begin, length);
  if (set instanceof Tensor) return pick(set);
  if (Array.isArray(set)) return set.map(pick);
  return Object.fromEntries(Object.entries(set).map(([name, x]) => [name, pick(x)]));
}

function exampleCount(xs: TensorSet, ys: TensorSet): number {
  const counts = [xs, ys].flatMap((set) =>
    (set instanceof Tensor ? [set] : Object.values(set)).map((x: Tensor) => x.shape[0] ?? 0),
  );
  if (!(counts[0]! >= 1) || counts.some((count) => count !== counts[0])) {
    throw new ArgumentError({
      where: 'seededBatches',
      argument: 'xs and ys',
      got: counts,
      expected: 'tensors with the same number of examples, at least one',
    });
  }
  return counts[0]!;
}

function integerFrom(least: number, argument: string, got: number): void {
  if (!(Number.isInteger(got) && got >= least)) {
    throw new ArgumentError({ where: 'seededBatches', argument, got, expected: `an integer ≥ ${least}` });
  }
}
