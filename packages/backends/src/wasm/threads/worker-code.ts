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
/** Which function computes the pieces: 0 is the product of matrices, others came as messages, in the order of their numbers. */
export const FUNCTION = 5;
/** One flag for each piece that a worker has finished. */
export const FINISHED = 8;
export const MOST_PIECES = 63;
export const PIECES = 128;
/** Integers of a piece: the arguments, as many of them as the function takes. */
export const PIECE_SIZE = 12;
export const BOARD_SIZE = PIECES + MOST_PIECES * PIECE_SIZE;

/** Looks at the ticket before sleeping on it: in a training step the next task often comes within a fraction of a millisecond. */
const SPINS = 20_000;

/** As text, so that it needs no file that a bundler would have to find. */
export const workerCode = `
const { receiveMessageOnPort, workerData } = require('node:worker_threads');
const { module, memory, board, slot, otherEnd } = workerData;
const { gemm } = new WebAssembly.Instance(module, { env: { memory } }).exports;
const functions = [(a, aRow, aColumn, b, bRow, bColumn, c, m, n, k, cRow) =>
  gemm(a, aRow, aColumn, b, bRow, bColumn, c, m, n, k, board[${SCRATCH}] + slot * board[${SCRATCH_BYTES}], cRow)];
function functionOf(number) {
  while (number >= functions.length) {
    const given = receiveMessageOnPort(otherEnd);
    if (!given?.message) continue;
    const [module, name] = given.message;
    functions.push(new WebAssembly.Instance(module, { env: { memory } }).exports[name]);
  }
  return functions[number];
}
Atomics.add(board, ${READY}, 1);
for (;;) {
  const ticket = Atomics.load(board, ${TICKET});
  const left = ticket & ${MOST_PIECES};
  if (left === 0) {
    let spins = ${SPINS};
    while (spins > 0 && Atomics.load(board, ${TICKET}) === ticket) spins--;
    if (spins === 0) Atomics.wait(board, ${TICKET}, ticket);
    continue;
  }
  if (Atomics.compareExchange(board, ${TICKET}, ticket, ticket - 1) !== ticket) continue;
  const from = ${PIECES} + (left - 1) * ${PIECE_SIZE};
  functionOf(board[${FUNCTION}])(...board.subarray(from, from + ${PIECE_SIZE}));
  Atomics.store(board, ${FINISHED} + left - 1, 1);
  Atomics.add(board, ${DONE}, 1);
  Atomics.notify(board, ${DONE});
}`;
