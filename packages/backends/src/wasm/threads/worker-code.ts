// What a worker and the main thread share beside the heap: a board of numbers. Its ticket is the number of the task, and
// in the lowest bits which pieces nobody has taken: the main thread takes the first of them, workers the last, so that a
// core meets the same rows in one task after the other, which its cache still holds. Taking one is a compare-exchange of the
// ticket: it fails if the task is over, so that a late worker never takes a piece of another task for one of this.

// Numbers that different threads write lie in different lines of the cache, of 16.
export const TICKET = 0;
/** Pieces that workers have finished. */
export const DONE = 16;
/** Workers that sleep, or are about to. */
export const ASLEEP = 32;
/** Workers that are up. */
export const READY = 33;
/** Whether the main thread sleeps until the next piece is finished. */
export const AWAITED = 48;
/** Bytes of scratch memory of each thread, its last argument; 0 if it gets none. */
export const SCRATCH_BYTES = 49;
export const SCRATCH = 50;
/** Which function computes the pieces: functions come as messages, in the order of their numbers. */
export const FUNCTION = 51;
/** One flag for each piece that a worker has finished. */
export const FINISHED = 64;

/** Bits of the ticket for the first piece that is left, and as many for the one behind the last. */
export const PIECE_BITS = 6;
export const MOST_PIECES = 2 ** PIECE_BITS - 1;
/** Pieces are 64-bit numbers, from this one of the board on: how many arguments, and these. */
export const PIECES = 64;
export const PIECE_SIZE = 16;
export const BOARD_BYTES = 8 * (PIECES + MOST_PIECES * PIECE_SIZE);

/**
 * Milliseconds for which a worker looks for the next task before it sleeps. Waking it costs the main thread 15 to 20 µs, more
 * than a small task takes, and between the tasks of a training step lie up to some 150 µs.
 */
export const SPIN = 0.5;
/** Looks between two at the clock. */
export const LOOKS = 32;
/** Milliseconds between two looks at the clock that tell a worker that somebody else needs its core. */
const INTERRUPTED = 0.3;

/** As text, so that it needs no file that a bundler would have to find. */
export const workerCode = `
const { receiveMessageOnPort, workerData } = require('node:worker_threads');
const { memory, board, slot, otherEnd, spin } = workerData;
const numbers = new Float64Array(board.buffer);
const pause = Atomics.pause ?? (() => {});
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
const lists = [];
function argumentsAt(at) {
  const scratch = board[${SCRATCH_BYTES}];
  const count = numbers[at];
  const length = scratch === 0 ? count : count + 1;
  const list = (lists[length] ??= Array.from({ length }, () => 0));
  for (let i = 0; i < count; i++) list[i] = numbers[at + 1 + i];
  if (scratch !== 0) list[count] = board[${SCRATCH}] + slot * scratch;
  return list;
}
function changes(ticket) {
  const start = performance.now();
  for (let last = start; ; ) {
    for (let i = 0; i < ${LOOKS}; i++) {
      if (Atomics.load(board, ${TICKET}) !== ticket) return true;
      pause();
    }
    const now = performance.now();
    if (now - start > spin || now - last > ${INTERRUPTED}) return false;
    last = now;
  }
}
Atomics.add(board, ${READY}, 1);
for (;;) {
  const ticket = Atomics.load(board, ${TICKET});
  const first = ticket & ${MOST_PIECES};
  const last = ((ticket >> ${PIECE_BITS}) & ${MOST_PIECES}) - 1;
  if (first > last) {
    if (changes(ticket)) continue;
    Atomics.add(board, ${ASLEEP}, 1);
    Atomics.wait(board, ${TICKET}, ticket);
    Atomics.sub(board, ${ASLEEP}, 1);
    continue;
  }
  if (Atomics.compareExchange(board, ${TICKET}, ticket, ticket - ${MOST_PIECES + 1}) !== ticket) continue;
  functionOf(board[${FUNCTION}])(...argumentsAt(${PIECES} + last * ${PIECE_SIZE}));
  Atomics.store(board, ${FINISHED} + last, 1);
  Atomics.add(board, ${DONE}, 1);
  if (Atomics.load(board, ${AWAITED}) !== 0) Atomics.notify(board, ${DONE});
}`;
