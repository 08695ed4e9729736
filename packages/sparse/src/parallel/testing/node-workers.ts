import { mkdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { build } from 'esbuild';
import type { WorkerWishes } from './worker.ts';

const [source, outfile] = ['./worker.ts', '../../../../../.cache/parallel-worker/worker.mjs'].map((path) =>
  fileURLToPath(new URL(path, import.meta.url)),
) as [string, string];

/** Builds the worker of the tests from the sources, which Node cannot run as they are. */
export async function buildWorker(): Promise<void> {
  await mkdir(new URL('.', new URL(`file://${outfile}`)), { recursive: true });
  await build({
    entryPoints: [source],
    outfile,
    bundle: true,
    format: 'esm',
    platform: 'node',
    conditions: ['@arborize/source'],
    external: ['@tensorflow/*', 'webgpu'],
  });
}

/** A maker of workers, and the workers that it has made. */
export function nodeWorkers(wishesOf: (worker: number) => WorkerWishes = () => ({})) {
  const made: Worker[] = [];
  const make = () => {
    const worker = new Worker(outfile, { workerData: wishesOf(made.length) });
    made.push(worker);
    return worker;
  };
  return { make, made };
}
