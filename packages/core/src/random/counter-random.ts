import { ArgumentError } from '../errors/argument-error.ts';

/** Probabilities of dropping are whole multiples of one part in this many. */
const STEPS = 65536;

/**
 * The random word at one place: 32 bits that depend on nothing but the seed, a row and a column, so that they can be made
 * again in any order and none need be stored. It is made for seeds and noise, not for secrets.
 *
 * @param seed An integer; its low 32 bits count.
 * @param row An integer in [0, 2³²).
 * @param column An integer in [0, 2³²).
 * @returns An integer in [0, 2³²).
 * @example
 * counterWord(1, 2, 3); // 3047865471
 */
export function counterWord(seed: number, row: number, column: number): number {
  const first = rowKey(seed, row);
  let x = (column ^ first) | 0;
  x = Math.imul(x ^ (x >>> 16), 0x21f0aaad) ^ nextKey(first);
  x = Math.imul(x ^ (x >>> 15), 0x735a2d97);
  return (x ^ (x >>> 15)) >>> 0;
}

/** How often a mask drops: `dropped` of 65 536 places, and the factor 1 / (1 − p) that makes up for it. */
export interface DropRate {
  readonly dropped: number;
  readonly scale: number;
}

/**
 * Rounds a probability of dropping to what masks of 16 random bits can give.
 *
 * @throws ArgumentError unless 0 ≤ rate < 1.
 * @example
 * dropRate('f', 'rate', 0.5); // { dropped: 32768, scale: 2 }
 */
export function dropRate(where: string, argument: string, rate: number): DropRate {
  if (!(typeof rate === 'number' && rate >= 0 && rate < 1)) {
    throw new ArgumentError({ where, argument, got: rate, expected: 'a probability in [0, 1)' });
  }
  const dropped = Math.min(Math.round(rate * STEPS), STEPS - 1);
  return { dropped, scale: STEPS / (STEPS - dropped) };
}

/**
 * The dropout mask that kernels make on the fly: `scale` where a place is kept and 0 where it is dropped.
 *
 * Rows r and r + 4 of each eight rows share the bits of one product for each column: the second keeps the place where the
 * upper half is at least `dropped` (compared after flipping the top bit), the first where the exclusive or of both halves
 * is. Rows and columns have hashes of their own, and one product joins them, with a random odd factor for each pair of rows:
 * `(column ^ first) · second`. What a place costs is that product.
 *
 * Kernels have it as `assembly/counter-random.ts` and as {@link counterRandomWgsl}; all give the same bits.
 *
 * @returns rows × columns numbers, row by row.
 * @example
 * keepMask(7, 1, 8, dropRate('f', 'rate', 0.5)); // [0, 0, 2, 2, 2, 2, 0, 0]
 */
export function keepMask(
  seed: number,
  rows: number,
  columns: number,
  { dropped, scale }: DropRate,
): Float32Array {
  const mask = new Float32Array(rows * columns);
  const limit = (dropped << 16) ^ 0x80000000;
  const salt = mix(seed);
  const columnKeys = Int32Array.from({ length: columns }, (_, column) => mix(salt ^ column));
  for (let row = 0; row < rows; row++) {
    const first = rowKey(seed, pairOf(row));
    const second = nextKey(first) | 1;
    const isSecond = (row & 4) !== 0;
    for (let column = 0; column < columns; column++) {
      const product = Math.imul(columnKeys[column]! ^ first, second);
      const bits = isSecond ? product : product ^ (product << 16);
      if (bits >= limit) mask[row * columns + column] = scale;
    }
  }
  return mask;
}

function pairOf(row: number): number {
  return ((row >>> 3) << 2) | (row & 3);
}

/** A WGSL function with the same bits: `counterKeeps(seed, row, column, dropped)`, all of them u32. */
export const counterRandomWgsl = `
  fn counterMix(value : u32) -> u32 {
    var x = (value ^ (value >> 16u)) * 0x21f0aaadu;
    x = (x ^ (x >> 15u)) * 0x735a2d97u;
    return x ^ (x >> 15u);
  }
  fn counterKeeps(seed : u32, row : u32, column : u32, dropped : u32) -> bool {
    let pair = ((row >> 3u) << 2u) | (row & 3u);
    let first = counterMix(seed ^ counterMix(pair + 0x9e3779b9u));
    let second = counterMix(first + 0x85ebca6bu) | 1u;
    let product = (counterMix(counterMix(seed) ^ column) ^ first) * second;
    let bits = select(product ^ (product << 16u), product, (row & 4u) != 0u);
    return ((bits >> 16u) ^ 0x8000u) >= dropped;
  }`;

function mix(value: number): number {
  let x = value | 0;
  x = Math.imul(x ^ (x >>> 16), 0x21f0aaad);
  x = Math.imul(x ^ (x >>> 15), 0x735a2d97);
  return x ^ (x >>> 15);
}

function rowKey(seed: number, row: number): number {
  return mix(seed ^ mix(row + 0x9e3779b9));
}

function nextKey(key: number): number {
  return mix(key + 0x85ebca6b);
}
