// What a worker and the main thread share beside the heap: a board of 32-bit integers. Its ticket is the number of the task,
// and in the lowest bits how many pieces nobody has taken. Taking one is a compare-exchange of the ticket: it fails if the
// task is over, so that a late worker never takes a piece of another task for one of this.

export const TICKET = 0;
/** Pieces that workers have finished. */
export const DONE = 1;
/** Workers that are up. */
export const READY = 2;
/** Bytes of scratch memory of each thread. */
export const SCRATCH_BYTES = 3;
export const SCRATCH = 4;
/** One flag for each piece that a worker has finished. */
export const FINISHED = 8;
export const MOST_PIECES = 63;
export const PIECES = 128;
export const PIECE_SIZE = 11;
export const BOARD_SIZE = PIECES + MOST_PIECES * PIECE_SIZE;

/** As text, so that it needs no file that a bundler would have to find. */
export const workerCode = `
const { module, memory, board, slot } = require('node:worker_threads').workerData;
const { gemm } = new WebAssembly.Instance(module, { env: { memory } }).exports;
Atomics.add(board, ${READY}, 1);
for (;;) {
  const ticket = Atomics.load(board, ${TICKET});
  const left = ticket & ${MOST_PIECES};
  if (left === 0) {
    Atomics.wait(board, ${TICKET}, ticket);
    continue;
  }
  if (Atomics.compareExchange(board, ${TICKET}, ticket, ticket - 1) !== ticket) continue;
  const [a, aRow, aColumn, b, bRow, bColumn, c, m, n, k, cRow] =
    board.subarray(${PIECES} + (left - 1) * ${PIECE_SIZE}, ${PIECES} + left * ${PIECE_SIZE});
  const scratch = board[${SCRATCH}] + slot * board[${SCRATCH_BYTES}];
  gemm(a, aRow, aColumn, b, bRow, bColumn, c, m, n, k, scratch, cRow);
  Atomics.store(board, ${FINISHED} + left - 1, 1);
  Atomics.add(board, ${DONE}, 1);
  Atomics.notify(board, ${DONE});
}`;
