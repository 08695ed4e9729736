import { ArgumentError } from '@arborize/core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { packMask, unpackMask } from './mask.ts';
import { MaskSet } from './mask-set.ts';
import { removeSmallest, sharesOfSmallest } from './select-smallest.ts';
import {
  checkStructure,
  type Groups,
  groupsOf,
  isNofM,
  keepNofM,
  type Structure,
  type WeightArray,
} from './structure.ts';

/** How {@link magnitudeMasks} prunes. One of `fraction` and `density` is wanted, except where `structure` is `{ n, m }`. */
export interface MagnitudeMasksOptions {
  /** The share p of what is still there that goes, in (0, 1); with `scope: 'layer'`, it may differ by the name of the weight. */
  readonly fraction?: number | Readonly<Record<string, number>>;
  /** The share of all weights that stays, in (0, 1]. */
  readonly density?: number;
  /** `'global'`: the smallest of all tensors together (default). `'layer'`: the same share of each. */
  readonly scope?: 'global' | 'layer';
  /** What is removed together. Default `'unstructured'`: single weights. */
  readonly structure?: Structure;
  /** At least this share of each tensor stays, in [0, 1); one weight does anyway. Default 0. */
  readonly minLayerDensity?: number;
  /** What is still there. Default: everything. */
  readonly within?: MaskSet;
}

/**
 * Masks that remove the weights of the smallest magnitude.
 *
 *     r = ⌊p·N + ½⌋ of the N that are still there go, exactly; of equal ones, the first in row-major order, then by tensor
 *
 * Nothing that was pruned before returns. With a structure, N and r count filters or blocks.
 *
 * @param weights Tensors by name; see {@link prunableWeights}. They stay the caller's.
 * @throws ArgumentError for bad options, masks of other shapes, or weights that are not finite.
 * @example
 * const w = tf.tensor1d([0.9, -0.1, 0.3, -0.05, 0.7]);
 * const masks = await magnitudeMasks({ w }, { fraction: 0.4 });
 * masks.tensor('w').print(); // [1, 0, 1, 0, 1]
 * @see Frankle and Carbin, "The Lottery Ticket Hypothesis", arXiv 1803.03635, section 2.
 */
export async function magnitudeMasks(
  weights: Readonly<Record<string, Tensor>>,
  options: MagnitudeMasksOptions,
): Promise<MaskSet> {
  const names = Object.keys(weights);
  checkOptions(names, options);
  for (const name of names) checkWithin(name, weights[name]!.shape, options.within);
  const tensors: WeightArray[] = [];
  for (const name of names) {
    const { shape } = weights[name]!;
    const values = await weights[name]!.data<'float32'>();
    const bad = values.findIndex((value) => !Number.isFinite(value));
    if (bad >= 0)
      throw fault(
        `weights['${name}'][${bad}]`,
        values[bad],
        'finite: a training that diverged cannot be pruned',
      );
    const mask = options.within?.get(name);
    tensors.push({
      name,
      shape,
      values,
      alive: mask ? unpackMask(mask) : new Uint8Array(values.length).fill(1),
    });
  }
  prune(tensors, options);
  return new MaskSet(tensors.map(({ name, shape, alive }) => [name, packMask(shape, alive)]));
}

function prune(tensors: readonly WeightArray[], options: MagnitudeMasksOptions): void {
  const { structure = 'unstructured', scope = 'global' } = options;
  if (isNofM(structure)) {
    for (const tensor of tensors) keepNofM(tensor, structure);
    return;
  }
  const all = tensors.map((tensor) => ({ tensor, groups: groupsOf(WHERE, tensor, structure) }));
  for (const part of scope === 'global' ? [all] : all.map((one) => [one])) {
    const groups = part.map((each) => each.groups);
    const counts = removals(groups, part[0]!.tensor.name, options);
    for (const [i, { tensor, groups }] of part.entries()) {
      removeSmallest(groups.candidates, counts[i]!);
      if (structure === 'unstructured') continue;
      for (let k = 0; k < tensor.alive.length; k++)
        tensor.alive[k]! &= groups.candidates.alive[groups.groupOf(k)]!;
    }
  }
}

/** How many groups of each tensor go. A tensor that would fall below its least is left with that, and others give more. */
function removals(groups: readonly Groups[], name: string, options: MagnitudeMasksOptions): number[] {
  const lists = groups.map(({ candidates }) => candidates);
  const living = lists.map(({ alive }) => alive.reduce((sum, one) => sum + one, 0));
  const most = lists.map(({ alive }, i) =>
    Math.max(0, living[i]! - Math.max(1, Math.ceil((options.minLayerDensity ?? 0) * alive.length))),
  );
  let left = wanted(
    living,
    lists.reduce((sum, { alive }) => sum + alive.length, 0),
    name,
    options,
  );
  const counts = most.slice();
  let open = [...lists.keys()];
  while (open.length > 0) {
    const shares = sharesOfSmallest(
      open.map((i) => lists[i]!),
      Math.min(left, sum(open.map((i) => living[i]!))),
    );
    const full = open.filter((i, at) => shares[at]! > most[i]!);
    if (full.length === 0) {
      for (const [at, i] of open.entries()) counts[i] = shares[at]!;
      break;
    }
    left = Math.max(0, left - sum(full.map((i) => most[i]!)));
    open = open.filter((i) => !full.includes(i));
  }
  return counts;
}

/** How many go in all. */
function wanted(
  living: readonly number[],
  size: number,
  name: string,
  { fraction, density }: MagnitudeMasksOptions,
): number {
  const alive = sum(living);
  if (density !== undefined) return Math.max(0, alive - roundHalfUp(density * size));
  return roundHalfUp((typeof fraction === 'object' ? fraction[name]! : fraction!) * alive);
}

/** 0.145·100 is a little less than 14.5 in binary, and yet 15. */
function roundHalfUp(x: number): number {
  return Math.floor(Number(x.toPrecision(12)) + 0.5);
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}

const WHERE = 'magnitudeMasks';

function fault(argument: string, got: unknown, expected: string): ArgumentError {
  return new ArgumentError({ where: WHERE, argument, got, expected });
}

function checkOptions(names: readonly string[], options: MagnitudeMasksOptions): void {
  const { fraction, density, scope = 'global', structure = 'unstructured', minLayerDensity = 0 } = options;
  if (names.length === 0) throw fault('weights', {}, 'at least one tensor');
  checkStructure(WHERE, structure);
  const given = [fraction, density].filter((value) => value !== undefined).length;
  if (given !== (isNofM(structure) ? 0 : 1)) {
    const expected = isNofM(structure)
      ? 'without fraction and density for { n, m }'
      : 'given either fraction or density';
    throw fault('options', { fraction, density }, expected);
  }
  if (!['global', 'layer'].includes(scope)) throw fault('options.scope', scope, "'global' or 'layer'");
  if (typeof fraction === 'object' && scope !== 'layer') {
    throw fault('options.fraction', 'one for each weight', "a number unless options.scope is 'layer'");
  }
  const fractions = typeof fraction === 'object' ? names.map((name) => fraction[name]) : [fraction ?? 0.5];
  for (const p of fractions) {
    if (!(p! >= 0 && p! < 1)) throw fault('options.fraction', p, 'in [0, 1)');
  }
  if (density !== undefined && !(density > 0 && density <= 1))
    throw fault('options.density', density, 'in (0, 1]');
  if (!(minLayerDensity >= 0 && minLayerDensity < 1)) {
    throw fault('options.minLayerDensity', minLayerDensity, 'in [0, 1)');
  }
}

function checkWithin(name: string, shape: readonly number[], within: MaskSet | undefined): void {
  const mask = within?.get(name);
  if (!within || (mask && `${mask.shape}` === `${shape}`)) return;
  const expected = `of shape [${shape.join(', ')}] for ${name}`;
  throw fault('options.within', mask ? [...mask.shape] : 'no mask', expected);
}
