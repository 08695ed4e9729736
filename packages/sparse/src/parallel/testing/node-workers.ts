import { mkdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { build } from 'esbuild';
import type { WorkerWishes } from './worker.ts';

type Name = 'worker' | 'wasm-worker';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const cache = here('../../../../../.cache/parallel-worker');

/** Builds a worker of the tests from the sources, which Node cannot run as they are. */
export async function buildWorker(name: Name = 'worker'): Promise<void> {
  await mkdir(cache, { recursive: true });
  await build({
    entryPoints: [here(`./${name}.ts`)],
    outfile: `${cache}/${name}.mjs`,
    bundle: true,
    format: 'esm',
    platform: 'node',
    conditions: ['@arborize/source'],
    external: ['@tensorflow/*', 'webgpu'],
  });
}

/** A maker of workers, and the workers that it has made. */
export function nodeWorkers(wishesOf: (worker: number) => WorkerWishes = () => ({}), name: Name = 'worker') {
  const made: Worker[] = [];
  const make = () => {
    const worker = new Worker(`${cache}/${name}.mjs`, { workerData: wishesOf(made.length) });
    made.push(worker);
    return worker;
  };
  return { make, made };
}
