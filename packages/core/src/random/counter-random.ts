import { ArgumentError } from '../errors/argument-error.ts';

/** Probabilities of dropping are whole multiples of one part in this many. */
const STEPS = 65536;

/**
 * The random word at one place: 32 bits that depend on nothing but the seed, a row and a column, so that any kernel can
 * make the same ones again in any order, and none need be stored.
 *
 * Kernels have it as `assembly/counter-random.ts` and as {@link counterRandomWgsl}; all give the same bits. It is made
 * for masks and noise, not for secrets.
 *
 * @param seed An integer; its low 32 bits count.
 * @param row An integer in [0, 2³²).
 * @param column An integer in [0, 2³²).
 * @returns An integer in [0, 2³²).
 * @example
 * counterWord(1, 2, 3); // 3047865471
 */
export function counterWord(seed: number, row: number, column: number): number {
  const first = mix(seed ^ mix(row + 0x9e3779b9));
  return columnWord(first, mix(first + 0x85ebca6b), column);
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
 * Rows 2r and 2r+1 share the words of row r: the even row is kept where the upper 16 bits are at least `dropped`
 * (compared after flipping the top bit), the odd row where the lower ones are.
 *
 * @returns rows × columns numbers, row by row.
 * @example
 * keepMask(7, 1, 8, dropRate('f', 'rate', 0.5)); // [2, 2, 2, 2, 2, 0, 2, 2]
 */
export function keepMask(
  seed: number,
  rows: number,
  columns: number,
  { dropped, scale }: DropRate,
): Float32Array {
  const mask = new Float32Array(rows * columns);
  const limit = (dropped << 16) ^ 0x80000000;
  for (let row = 0; row < rows; row++) {
    const first = mix(seed ^ mix((row >>> 1) + 0x9e3779b9));
    const second = mix(first + 0x85ebca6b);
    const shift = row % 2 === 0 ? 0 : 16;
    for (let column = 0; column < columns; column++) {
      if (columnWord(first, second, column) << shift >= limit) mask[row * columns + column] = scale;
    }
  }
  return mask;
}

/**
 * WGSL functions with the same bits: `counterWord(seed, row, column)`, all of them u32, and
 * `counterKeeps(seed, row, column, dropped)`, which is whether a mask keeps that place.
 */
export const counterRandomWgsl = `
  fn counterMix(value : u32) -> u32 {
    var x = (value ^ (value >> 16u)) * 0x21f0aaadu;
    x = (x ^ (x >> 15u)) * 0x735a2d97u;
    return x ^ (x >> 15u);
  }
  fn counterWord(seed : u32, row : u32, column : u32) -> u32 {
    let first = counterMix(seed ^ counterMix(row + 0x9e3779b9u));
    var x = column ^ first;
    x = ((x ^ (x >> 16u)) * 0x21f0aaadu) ^ counterMix(first + 0x85ebca6bu);
    x = (x ^ (x >> 15u)) * 0x735a2d97u;
    return x ^ (x >> 15u);
  }
  fn counterKeeps(seed : u32, row : u32, column : u32, dropped : u32) -> bool {
    let word = counterWord(seed, row >> 1u, column);
    let half = select(word >> 16u, word & 0xffffu, (row & 1u) == 1u);
    return (half ^ 0x8000u) >= dropped;
  }`;

function mix(value: number): number {
  let x = value | 0;
  x = Math.imul(x ^ (x >>> 16), 0x21f0aaad);
  x = Math.imul(x ^ (x >>> 15), 0x735a2d97);
  return x ^ (x >>> 15);
}

function columnWord(first: number, second: number, column: number): number {
  let x = (column ^ first) | 0;
  x = Math.imul(x ^ (x >>> 16), 0x21f0aaad) ^ second;
  x = Math.imul(x ^ (x >>> 15), 0x735a2d97);
  return (x ^ (x >>> 15)) >>> 0;
}
