/** More pieces than threads, so that a thread that is held up does less of the work; each packs its operands anew. */
const PIECES_PER_THREAD = 2;

/** Floats of a line of the cache, between which work of single numbers is cut. */
export const LINE = 16;

/** Into how many pieces work for so many threads is cut. */
export function piecesFor(threads: number): number {
  return threads === 1 ? 1 : threads * PIECES_PER_THREAD;
}

/** Cuts a length into spans of whole tiles, about equal. */
export function spans(length: number, pieces: number, tile: number): [first: number, length: number][] {
  const span = tile * Math.max(1, Math.round(length / pieces / tile));
  const count = Math.max(1, Math.min(pieces, Math.ceil(length / span)));
  return Array.from({ length: count }, (_, i) => [i * span, i === count - 1 ? length - i * span : span]);
}
