import type { ServerMessage, WorkerMessage } from './messages.ts';

/** A worker of Node's `worker_threads`, or of a browser. */
export interface ParallelWorker {
  postMessage(message: unknown): void;
  terminate(): unknown;
}

interface NodeWorker extends ParallelWorker {
  on(event: string, listener: (value: unknown) => void): void;
}

interface WebWorker extends ParallelWorker {
  addEventListener(event: string, listener: (event: { data?: unknown; message?: string }) => void): void;
}

/** A message, and who sent it. */
export interface Received {
  readonly worker: number;
  readonly message: WorkerMessage;
}

/** Why a worker is no longer there. */
export class WorkerLost extends Error {
  constructor(
    readonly worker: number,
    what: string,
    options?: ErrorOptions,
  ) {
    super(what, options);
  }
}

/** The workers of one training. */
export class WorkerPool {
  private readonly workers: ParallelWorker[] = [];
  private readonly inbox: Received[] = [];
  /** Those that have handed in their result, and may end. */
  private readonly finished = new Set<number>();
  private fault: unknown = null;
  private wake: (() => void) | null = null;

  constructor(
    make: () => ParallelWorker,
    count: number,
    private readonly signal: AbortSignal | undefined,
  ) {
    signal?.addEventListener('abort', this.abort);
    for (let k = 0; k < count; k++) this.add(make(), k);
  }

  send(worker: number, message: ServerMessage): void {
    this.workers[worker]!.postMessage(message);
  }

  /**
   * The next message of any worker.
   *
   * @throws WorkerLost when a worker has failed or is gone; the reason of the signal when it was aborted.
   */
  async next(): Promise<Received> {
    while (this.fault === null && this.inbox.length === 0) {
      await new Promise<void>((resolve) => {
        this.wake = resolve;
      });
    }
    if (this.fault !== null) throw this.fault;
    return this.inbox.shift()!;
  }

  /** Ends all workers, whatever they do. */
  async close(): Promise<void> {
    this.signal?.removeEventListener('abort', this.abort);
    await Promise.all(this.workers.map((worker) => worker.terminate()));
  }

  private readonly abort = () => this.fail(this.signal!.reason);

  private add(worker: ParallelWorker, k: number): void {
    this.workers.push(worker);
    const lost = (what: string, cause?: unknown) => this.lose(k, what, cause);
    if ('on' in worker) {
      const node = worker as NodeWorker;
      node.on('message', (message) => this.receive(k, message as WorkerMessage));
      node.on('error', (error) => lost(`failed: ${(error as Error).message}`, error));
      node.on('exit', (code) => lost(`ended with exit code ${code}`));
    } else {
      const web = worker as unknown as WebWorker;
      web.addEventListener('message', ({ data }) => this.receive(k, data as WorkerMessage));
      web.addEventListener('error', ({ message }) =>
        lost(`failed: ${message ?? 'its module does not load'}`),
      );
    }
  }

  private receive(worker: number, message: WorkerMessage): void {
    if (message.kind === 'failed') {
      const cause = new Error(message.message);
      cause.stack = message.stack;
      this.lose(worker, `failed: ${message.message}`, cause);
      return;
    }
    if (message.kind === 'ready' && message.lock) {
      // Granted when the worker is gone.
      navigator.locks.request(message.lock, () => this.lose(worker, 'ended'));
    }
    if (message.kind === 'result') this.finished.add(worker);
    this.inbox.push({ worker, message });
    this.wake?.();
  }

  private lose(worker: number, what: string, cause?: unknown): void {
    if (!this.finished.has(worker)) this.fail(new WorkerLost(worker, what, { cause }));
  }

  private fail(fault: unknown): void {
    this.fault ??= fault;
    this.wake?.();
  }
}
