import type { Product } from '../product.ts';
import { piecesFor, spans } from './spans.ts';

/** A part of a product, and the distance of the rows of the whole result. */
export type Piece = readonly [...Product, cRow: number];

/** The tile of the kernel, as in assembly/gemm.ts. */
const [TILE_ROWS, TILE_COLUMNS] = [6, 8];

/**
 * Cuts products of the same sizes into pieces of the result, each along its longer side and between tiles. An element is
 * summed in the same order however it is cut.
 */
export function cutProducts(products: readonly Product[], threads: number): Piece[] {
  const pieces = Math.ceil(piecesFor(threads) / products.length);
  return products.flatMap((product) => cut(product, pieces));
}

function cut(product: Product, pieces: number): Piece[] {
  const [a, aRow, aColumn, b, bRow, bColumn, c, m, n, k] = product;
  if (m > n) {
    return spans(m, pieces, TILE_ROWS).map(([first, rows]): Piece => {
      const [from, to] = [a + 4 * first * aRow, c + 4 * first * n];
      return [from, aRow, aColumn, b, bRow, bColumn, to, rows, n, k, n];
    });
  }
  return spans(n, pieces, TILE_COLUMNS).map(([first, columns]): Piece => {
    const [from, to] = [b + 4 * first * bColumn, c + 4 * first];
    return [a, aRow, aColumn, from, bRow, bColumn, to, m, columns, k, n];
  });
}
