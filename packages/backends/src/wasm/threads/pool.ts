import type { ThreadScratch, WasmKernels, WasmThreads } from '@arborize/core';
import {
  BOARD_BYTES,
  DONE,
  FINISHED,
  FUNCTION,
  MOST_PIECES,
  PIECE_SIZE,
  PIECES,
  READY,
  SCRATCH,
  SCRATCH_BYTES,
  TICKET,
  workerCode,
} from './worker-code.ts';

/** Looks at a lock in turns before sleeping on it: products end within microseconds of each other. */
const SPINS = 2000;
/** Milliseconds after which the main thread asks whether the workers still live. */
const PATIENCE = 50;

/** Workers that take pieces of a task; the main thread takes pieces, too, and all of them where no worker is up. */
export interface Pool {
  readonly workers: number;
  /** As `WasmThreads.run`, with at most 15 numbers for each call. */
  run: WasmThreads['run'];
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
  const members = Array.from({ length: workers }, (_, i) => startWorker(memory, board, i + 1, fail));
  let stopped = false;

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

  function post(pieces: readonly Call[]) {
    for (const [i, piece] of pieces.entries()) numbers.set([piece.length, ...piece], PIECES + i * PIECE_SIZE);
    board.fill(0, FINISHED, FINISHED + pieces.length);
    Atomics.store(board, DONE, 0);
    const task = (Atomics.load(board, TICKET) & ~MOST_PIECES) + MOST_PIECES + 1;
    Atomics.store(board, TICKET, task | pieces.length);
    Atomics.notify(board, TICKET, pieces.length - 1);
  }

  function takePieces(pieces: readonly Call[], compute: (piece: Call) => void): number {
    for (let taken = 0; ; ) {
      const ticket = Atomics.load(board, TICKET);
      const left = ticket & MOST_PIECES;
      if (left === 0) return taken;
      if (Atomics.compareExchange(board, TICKET, ticket, ticket - 1) !== ticket) continue;
      compute(pieces[left - 1]!);
      taken++;
    }
  }

  /** Waits for the pieces that workers took. Returns false once one has died, and no other writes any more. */
  function awaitOthers(count: number): boolean {
    for (let i = 0; i < SPINS; i++) if (Atomics.load(board, DONE) === count) return true;
    for (let done = Atomics.load(board, DONE); done !== count; done = Atomics.load(board, DONE)) {
      if (Atomics.wait(board, DONE, done, PATIENCE) !== 'timed-out') continue;
      if (members.every(({ lives }) => lives())) continue;
      fail('a worker ended while it computed');
      while (members.some(({ lives }) => lives())) Atomics.wait(board, DONE, Atomics.load(board, DONE), 1);
      return false;
    }
    return true;
  }

  function runSome(pieces: readonly Call[], compute: (piece: Call) => void) {
    post(pieces);
    const own = takePieces(pieces, compute);
    if (awaitOthers(pieces.length - own)) return;
    for (const [i, piece] of pieces.entries()) if (!board[FINISHED + i]) compute(piece);
  }

  return {
    workers,
    run(kernels, name, calls, scratch) {
      const compute = callsOf(kernels, name, scratch);
      board[FUNCTION] = numberOf(kernels.module, name);
      board[SCRATCH] = scratch?.at ?? 0;
      board[SCRATCH_BYTES] = scratch?.bytes ?? 0;
      for (let at = 0; at < calls.length; at += MOST_PIECES)
        runSome(calls.slice(at, at + MOST_PIECES), compute);
    },
    ready() {
      while (Atomics.load(board, READY) < workers && members.every(({ lives }) => lives()))
        Atomics.wait(board, DONE, Atomics.load(board, DONE), 1);
    },
    stop,
  };
}

interface Member {
  /** Whether it may still write to the heap. */
  lives(): boolean;
  tell(message: readonly [WebAssembly.Module, name: string]): void;
  terminate(): void;
}

function startWorker(
  memory: WebAssembly.Memory,
  board: Int32Array,
  slot: number,
  ended: (problem: string) => void,
): Member {
  const { MessageChannel, Worker } = process.getBuiltinModule('node:worker_threads');
  // The worker looks there for functions that it does not know. This end closes with the worker's thread, too, which the main
  // thread sees without returning to its event loop.
  const { port1: line, port2: otherEnd } = new MessageChannel();
  line.unref();
  const worker = new Worker(workerCode, {
    eval: true,
    name: 'arborize kernels',
    // Loaders and other preloads of the program are not for this code.
    execArgv: [],
    env: {},
    workerData: { memory, board, slot, otherEnd },
    transferList: [otherEnd],
  });
  worker.unref();
  worker.on('error', ({ message }) => ended(message));
  worker.on('exit', () => ended('a worker ended'));
  return {
    // True while the message has somebody to go to.
    lives: () => (line.postMessage(0) as unknown) === true,
    tell: (message) => line.postMessage(message),
    terminate() {
      worker.terminate();
    },
  };
}
