// The specs of tfjs-core on its WASM backend, stock or repaired, bundled by run.mjs and run in a process of its own:
// `node BUNDLE stock|repaired RESULTS`. Writes the names of the specs that passed and of those that failed.
import { writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { useBackend } from '@arborize/backends';
import { setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
import { setTestEnvs } from '@tensorflow/tfjs-core/dist/jasmine_util';
import '@tensorflow/tfjs-core/dist/public/chained_ops/register_all_chained_ops';
import '@tensorflow/tfjs-core/dist/register_all_gradients';
import jasmineRequire from 'jasmine-core/lib/jasmine-core/jasmine.js';
import { useAllThreads } from '../../packages/backends/src/wasm/threads/testing/use-all-threads.ts';

const [, , engine, target] = process.argv;

const core = jasmineRequire.core(jasmineRequire);
const env = core.getEnv();
Object.assign(globalThis, { jasmine: core }, jasmineRequire.interface(core, env));
core.DEFAULT_TIMEOUT_INTERVAL = 60_000;

// Specs warn, and some print.
for (const name of ['log', 'warn', 'error', 'info']) console[name] = () => {};

// ARBORIZE_THREADS=2 puts products of every size on two threads.
const threads = Number(process.env.ARBORIZE_THREADS ?? 0);
if (engine === 'repaired') {
  await useBackend('wasm', { ...(threads && { threads }) });
  if (threads) useAllThreads(threads);
} else
  setWasmPaths(
    createRequire(import.meta.url)
      .resolve('@tensorflow/tfjs-backend-wasm')
      .replace(/[^/\\]+$/, ''),
  );

setTestEnvs([{ name: 'wasm', backendName: 'wasm', isDataSync: true }]);
await import('@tensorflow/tfjs-core/dist/tests');

const results = { passed: [], failed: {} };
env.configure({ random: false, failSpecWithNoExpectations: false });
env.addReporter({
  specDone({ fullName, status, failedExpectations }) {
    if (status === 'passed') results.passed.push(fullName);
    if (status === 'failed') results.failed[fullName] = failedExpectations[0]?.message ?? '';
  },
});
await env.execute();
writeFileSync(target, JSON.stringify(results));
process.exit(0);
