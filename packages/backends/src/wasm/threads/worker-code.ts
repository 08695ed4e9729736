// What a worker and the main thread share beside the heap: a board of numbers. Its ticket is the number of the task,
// and in the lowest bits how many pieces nobody has taken. Taking one is a compare-exchange of the ticket: it fails if the
// task is over, so that a late worker never takes a piece of another task for one of this.

export const TICKET = 0;
/** Pieces that workers have finished. */
export const DONE = 1;
/** Workers that are up. */
export const READY = 2;
/** Bytes of scratch memory of each thread, its last argument; 0 if it gets none. */
export const SCRATCH_BYTES = 3;
export const SCRATCH = 4;
/** Which function computes the pieces: functions come as messages, in the order of their numbers. */
export const FUNCTION = 5;
/** One flag for each piece that a worker has finished. */
export const FINISHED = 8;
export const MOST_PIECES = 63;
/** Pieces are 64-bit numbers, from this one of the board on: how many arguments, and these. */
export const PIECES = 64;
export const PIECE_SIZE = 16;
export const BOARD_BYTES = 8 * (PIECES + MOST_PIECES * PIECE_SIZE);

/** Looks at the ticket before sleeping on it: in a training step the next task often comes within a fraction of a millisecond. */
const SPINS = 20_000;

/** As text, so that it needs no file that a bundler would have to find. */
export const workerCode = `
const { receiveMessageOnPort, workerData } = require('node:worker_threads');
const { memory, board, slot, otherEnd } = workerData;
const numbers = new Float64Array(board.buffer);
const functions = [];
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
  const at = ${PIECES} + (left - 1) * ${PIECE_SIZE};
  const piece = numbers.subarray(at + 1, at + 1 + numbers[at]);
  const bytes = board[${SCRATCH_BYTES}];
  const compute = functionOf(board[${FUNCTION}]);
  if (bytes === 0) compute(...piece);
  else compute(...piece, board[${SCRATCH}] + slot * bytes);
  Atomics.store(board, ${FINISHED} + left - 1, 1);
  Atomics.add(board, ${DONE}, 1);
  Atomics.notify(board, ${DONE});
}`;
