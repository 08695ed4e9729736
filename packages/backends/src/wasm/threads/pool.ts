import type { ThreadScratch, WasmKernels, WasmThreads } from '@arborize/core';
import { startWorker } from './start-worker.ts';
import {
  ASLEEP,
  AWAITED,
  BOARD_BYTES,
  DONE,
  FINISHED,
  FUNCTION,
  LOOKS,
  MOST_PIECES,
  PIECE_BITS,
  PIECE_SIZE,
  PIECES,
  READY,
  SCRATCH,
  SCRATCH_BYTES,
  SPIN,
  TICKET,
} from './worker-code.ts';

/** Milliseconds that the main thread looks for the last pieces of the others before it sleeps. */
const PATIENCE_AWAKE = 0.2;
/** So many times as long as workers have cost more than they saved the main thread computes alone: it loses a tenth at most. */
const REST = 10;
/** But never for longer than so many milliseconds: it may have waited because the whole program was stopped. */
const LONGEST_REST = 1000;
/** Milliseconds that workers may save in advance: a core that is taken now and then for a moment is still worth having. */
const MOST_SAVED = 5;
/** Milliseconds after which it asks whether the workers still live. */
const PATIENCE = 50;

/** Workers that take pieces of a task; the main thread takes pieces, too, and all of them where no worker is up. */
export interface Pool {
  readonly workers: number;
  /** How many of them sleep. */
  readonly asleep: number;
  /** Until when, by `performance.now()`, the main thread had better compute alone: others need the cores. */
  readonly restsUntil: number;
  /** As `WasmThreads.run`, with at most 15 numbers for each call. Workers that sleep go on sleeping unless `wake`. */
  run(...task: [...Parameters<WasmThreads['run']>, wake?: boolean]): void;
  /** Waits until all workers are up, for tests. */
  ready(): void;
  stop(): void;
}

type Call = readonly number[];

/** Calls a function on this thread. */
export function callsOf(
  { exports }: WasmKernels<unknown>,
  name: string,
  scratch: ThreadScratch | undefined,
): (call: Call) => void {
  const compute = (exports as Readonly<Record<string, (...call: number[]) => void>>)[name]!;
  return scratch ? (call) => compute(...call, scratch.at) : (call) => compute(...call);
}

/** Starts workers without waiting for them. `ended` is called once if one of them ends by itself. */
export function startPool(
  memory: WebAssembly.Memory,
  workers: number,
  ended: (problem: string) => void,
): Pool {
  const board = new Int32Array(new SharedArrayBuffer(BOARD_BYTES));
  const numbers = new Float64Array(board.buffer);
  const { availableParallelism } = process.getBuiltinModule('node:os');
  // Where threads have to share cores, one that spins is in the way of one that works.
  const spin = workers < availableParallelism() ? SPIN : 0;
  const members = Array.from({ length: workers }, (_, i) =>
    startWorker({ memory, board, slot: i + 1, spin }, fail),
  );
  let stopped = false;
  let restsUntil = 0;
  /** Milliseconds that workers have saved, lately. */
  let saved = 0;

  function stop() {
    stopped = true;
    for (const { terminate } of members) terminate();
  }
  function fail(problem: string) {
    if (stopped) return;
    stop();
    ended(problem);
  }

  const functions = new Map<WebAssembly.Module, Map<string, number>>();
  let known = 0;
  /** The number of a function, which the workers are told before they first need it. */
  function numberOf(module: WebAssembly.Module, name: string): number {
    const own = functions.get(module) ?? new Map<string, number>();
    functions.set(module, own);
    if (!own.has(name)) {
      for (const { tell } of members) tell([module, name]);
      own.set(name, known++);
    }
    return own.get(name)!;
  }

  function post(pieces: readonly Call[], wake: boolean) {
    const count = pieces.length;
    for (let i = 0; i < count; i++) {
      const piece = pieces[i]!;
      const at = PIECES + i * PIECE_SIZE;
      numbers[at] = piece.length;
      for (let k = 0; k < piece.length; k++) numbers[at + 1 + k] = piece[k]!;
      board[FINISHED + i] = 0;
    }
    Atomics.store(board, DONE, 0);
    const task = (Atomics.load(board, TICKET) >> (2 * PIECE_BITS)) + 1;
    Atomics.store(board, TICKET, (task << (2 * PIECE_BITS)) | (count << PIECE_BITS));
    // A worker that is about to sleep sees the new ticket, or is seen here.
    if (wake && Atomics.load(board, ASLEEP) > 0) Atomics.notify(board, TICKET, count - 1);
  }

  function takePieces(pieces: readonly Call[], compute: (piece: Call) => void): number {
    for (let taken = 0; ; ) {
      const ticket = Atomics.load(board, TICKET);
      const first = ticket & MOST_PIECES;
      if (first >= ((ticket >> PIECE_BITS) & MOST_PIECES)) return taken;
      if (Atomics.compareExchange(board, TICKET, ticket, ticket + 1) !== ticket) continue;
      compute(pieces[first]!);
      taken++;
    }
  }

  /** Waits for the pieces that workers took. Returns false once one has died, and no other writes any more. */
  function awaitOthers(count: number, start: number): boolean {
    do {
      for (let i = 0; i < LOOKS; i++) if (Atomics.load(board, DONE) === count) return true;
    } while (performance.now() - start < PATIENCE_AWAKE);
    Atomics.store(board, AWAITED, 1);
    try {
      return sleepUntilDone(count);
    } finally {
      Atomics.store(board, AWAITED, 0);
    }
  }

  function sleepUntilDone(count: number): boolean {
    for (let done = Atomics.load(board, DONE); done !== count; done = Atomics.load(board, DONE)) {
      if (Atomics.wait(board, DONE, done, PATIENCE) !== 'timed-out') continue;
      if (members.every(({ lives }) => lives())) continue;
      fail('a worker ended while it computed');
      while (members.some(({ lives }) => lives())) Atomics.wait(board, DONE, Atomics.load(board, DONE), 1);
      return false;
    }
    return true;
  }

  /** Where others need the cores, waiting for a worker that is held up takes longer than its pieces would. */
  function account(gain: number, finished: number) {
    const now = performance.now();
    saved = Math.min(saved + gain - (now - finished), MOST_SAVED);
    if (saved >= 0) return;
    restsUntil = now + Math.min(-REST * saved, LONGEST_REST);
    saved = 0;
  }

  function runSome(pieces: readonly Call[], compute: (piece: Call) => void, wake: boolean) {
    const start = performance.now();
    post(pieces, wake);
    const own = takePieces(pieces, compute);
    const others = pieces.length - own;
    const finished = performance.now();
    if (awaitOthers(others, finished)) {
      // A main thread without a piece of its own had no core itself.
      const gain = own > 0 ? (others * (finished - start)) / own : start - finished;
      account(gain, finished);
      return;
    }
    for (let i = 0; i < pieces.length; i++) if (!board[FINISHED + i]) compute(pieces[i]!);
  }

  return {
    workers,
    get asleep() {
      return Atomics.load(board, ASLEEP);
    },
    get restsUntil() {
      return restsUntil;
    },
    run(kernels, name, calls, scratch, wake = true) {
      const compute = callsOf(kernels, name, scratch);
      board[FUNCTION] = numberOf(kernels.module, name);
      board[SCRATCH] = scratch?.at ?? 0;
      board[SCRATCH_BYTES] = scratch?.bytes ?? 0;
      if (calls.length <= MOST_PIECES) return runSome(calls, compute, wake);
      for (let at = 0; at < calls.length; at += MOST_PIECES)
        runSome(calls.slice(at, at + MOST_PIECES), compute, wake);
    },
    ready() {
      while (Atomics.load(board, READY) < workers && members.every(({ lives }) => lives()))
        Atomics.wait(board, DONE, Atomics.load(board, DONE), 1);
    },
    stop,
  };
}
