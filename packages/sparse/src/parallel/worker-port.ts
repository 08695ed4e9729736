import type { ServerMessage, WorkerMessage } from './messages.ts';

/** A worker's end of the line to the thread that made it. */
export interface WorkerPort {
  /** A lock that is held as long as the worker lives, where only so its end can be told; else `null`. */
  readonly lock: string | null;
  post(message: WorkerMessage): void;
  next(): Promise<ServerMessage>;
  /** Lets the thread end. */
  close(): void;
}

interface WebWorkerScope {
  postMessage(message: unknown): void;
  addEventListener(event: 'message', listener: (event: { data: ServerMessage }) => void): void;
  close(): void;
}

/** Reaches the thread that made this worker, in Node and in browsers; `null` in a thread that is no worker. */
export async function workerPort(): Promise<WorkerPort | null> {
  const { parentPort } = globalThis.process?.getBuiltinModule?.('node:worker_threads') ?? {};
  if (parentPort) {
    const messages = mailbox((listen) => parentPort.on('message', listen));
    return {
      lock: null,
      post: (message) => parentPort.postMessage(message),
      next: messages,
      close: () => parentPort.close(),
    };
  }
  if (!('WorkerGlobalScope' in globalThis)) return null;
  const scope = globalThis as unknown as WebWorkerScope;
  const next = mailbox((listen) => scope.addEventListener('message', ({ data }) => listen(data)));
  return {
    lock: await holdLock(),
    post: (message) => scope.postMessage(message),
    next,
    close: () => scope.close(),
  };
}

function mailbox(attach: (listen: (message: ServerMessage) => void) => void): WorkerPort['next'] {
  const messages: ServerMessage[] = [];
  let waiting: ((message: ServerMessage) => void) | null = null;
  attach((message) => {
    if (waiting) waiting(message);
    else messages.push(message);
    waiting = null;
  });
  return () =>
    new Promise((resolve) => {
      if (messages.length > 0) resolve(messages.shift()!);
      else waiting = resolve;
    });
}

/** Browsers do not say when a worker is gone, but then they release its locks. */
async function holdLock(): Promise<string> {
  const name = crypto.randomUUID();
  await new Promise<void>((held) => {
    navigator.locks.request(name, () => {
      held();
      return new Promise(() => {});
    });
  });
  return name;
}
