import { ArgumentError } from '@arborize/core';

/** How a tree's inputs are grouped. */
export interface BranchingOptions {
  /**
   * A list of factors from the inputs to the soma whose product is the number of inputs; one factor for all levels, of
   * which the number of inputs must be a power; or `'sqrt'` (default), two levels of the divisors nearest √inputs, the
   * larger first.
   */
  readonly branching?: 'sqrt' | number | readonly number[];
  /** The number of levels; only checked, except with `padInput` and one factor for all levels. */
  readonly depth?: number | null;
  /** Adds inputs that are always 0 until the factors fit. Default `false`. */
  readonly padInput?: boolean;
}

/**
 * The branching factors of every level for a number of inputs per unit.
 *
 * @throws ArgumentError if they do not fit, with the sizes that would.
 */
export function resolveBranching(where: string, options: BranchingOptions, inputs: number): number[] {
  const { branching = 'sqrt', depth = null, padInput = false } = options;
  checkBranching(where, options);
  if (branching === 'sqrt') return padInput ? roundedRoots(inputs) : nearestDivisors(where, inputs);
  const levels = typeof branching === 'number' ? powers(branching, inputs, depth) : [...branching];
  const product = levels.reduce((a, b) => a * b, 1);
  if (product === inputs || (padInput && product > inputs)) return levels;
  throw typeof branching === 'number' && depth === null
    ? noPower(where, branching, inputs)
    : new ArgumentError({
        where,
        argument: 'the number of inputs',
        got: inputs,
        expected: `${padInput ? 'at most ' : ''}${levels.join(' × ')} = ${product}`,
        remedy: padInput
          ? 'Choose larger branching factors.'
          : `Choose factors of ${inputs}${product > inputs ? ', or padInput: true' : ''}.`,
      });
}

/** Checks what can be checked before the number of inputs is known. */
export function checkBranching(where: string, { branching = 'sqrt', depth = null }: BranchingOptions): void {
  const demand = (holds: boolean, argument: string, got: unknown, expected: string) => {
    if (!holds) throw new ArgumentError({ where, argument: `options.${argument}`, got, expected });
  };
  const known =
    branching === 'sqrt' ||
    (typeof branching === 'number' && Number.isInteger(branching) && branching >= 2) ||
    (Array.isArray(branching) &&
      branching.length > 0 &&
      branching.every((b) => Number.isInteger(b) && b >= 1));
  demand(known, 'branching', branching, "'sqrt', an integer ≥ 2, or a list of integers ≥ 1");
  if (depth === null) return;
  demand(Number.isInteger(depth) && depth >= 1, 'depth', depth, 'an integer ≥ 1');
  const levels = branching === 'sqrt' ? 2 : Array.isArray(branching) ? branching.length : depth;
  const shown = branching === 'sqrt' ? "'sqrt'" : `[${branching}]`;
  demand(depth === levels, 'depth', depth, `${levels}, the number of levels of branching ${shown}`);
}

/** Levels with one factor: as many as asked for, or as few as reach the inputs. */
function powers(b: number, inputs: number, depth: number | null): number[] {
  let levels = 1;
  for (let product = b; product < inputs; product *= b) levels++;
  return new Array<number>(depth ?? levels).fill(b);
}

function nearestDivisors(where: string, inputs: number): number[] {
  const pair = divisorPair(inputs);
  if (pair) return pair;
  const below = search(inputs, -1);
  const nearest = [below, search(inputs, 1)].filter((size) => size > 0);
  throw new ArgumentError({
    where,
    argument: 'the number of inputs',
    got: inputs,
    expected: "a product of two numbers ≥ 2 for branching 'sqrt'",
    remedy: `The nearest valid sizes are ${nearest.join(' and ')}; or set padInput: true, or branching: [${inputs}].`,
  });
}

function noPower(where: string, b: number, inputs: number): ArgumentError {
  const above = b ** powers(b, inputs, null).length;
  const sizes = above / b > 1 ? `${above / b} and ${above}` : `${above}`;
  return new ArgumentError({
    where,
    argument: 'the number of inputs',
    got: inputs,
    expected: `a power of branching ${b}`,
    remedy: `The nearest valid sizes are ${sizes}; or set padInput: true, or give a list of factors of ${inputs}.`,
  });
}

function search(from: number, step: 1 | -1): number {
  for (let size = from + step; size > 0; size += step) if (divisorPair(size)) return size;
  return 0;
}

/** The divisors nearest √n, the larger first: it leaves fewer nodes, hence fewer weights above. */
function divisorPair(n: number): [number, number] | null {
  for (let b = Math.floor(Math.sqrt(n)); b >= 2; b--) if (n % b === 0) return [n / b, b];
  return null;
}

function roundedRoots(inputs: number): [number, number] {
  const b = Math.max(1, Math.ceil(Math.sqrt(inputs)));
  return [b, Math.ceil(inputs / b)];
}
