import { useBackend } from '@arborize/backends';
import { parallelWorker } from '../parallel-worker.ts';

const inBrowser = 'WorkerGlobalScope' in globalThis;
const wasmPaths = '/node_modules/@tensorflow/tfjs-backend-wasm/dist/';
await useBackend('wasm', { threads: 1, ...(inBrowser && { wasmPaths }) });
await parallelWorker();
