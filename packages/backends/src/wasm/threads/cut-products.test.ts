import { expect, it } from 'vitest';
import { cutProducts } from './cut-products.ts';

it.each([
  [1, 1, 1],
  [6, 8, 2],
  [100, 3, 2],
  [3, 100, 3],
  [97, 97, 4],
  [1000, 1000, 16],
])('pieces of a result of %i × %i for %i threads cover every element once', (m, n, threads) => {
  const seen = new Uint8Array(2 * m * n);
  const all = [0, 4 * m * n].map((c) => [0, 1, 1, 0, 1, 1, c, m, n, 1] as const);
  for (const [a, , , b, , , c, rows, columns, , cRow] of cutProducts(
    all.map(([...each]) => each),
    threads,
  )) {
    expect(cRow).toBe(n);
    // With strides of one float the addresses of the operands tell where the piece is.
    const at = c >= 4 * m * n ? c - 4 * m * n : c;
    expect([a, b]).toEqual([4 * Math.floor(at / 4 / n), at % (4 * n)]);
    for (let i = 0; i < rows; i++) for (let j = 0; j < columns; j++) seen[c / 4 + i * n + j]! += 1;
  }
  expect(new Set(seen)).toEqual(new Set([1]));
});
