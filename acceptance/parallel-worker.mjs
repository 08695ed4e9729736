// What the workers of `sparse-parallel` run.
import { registerActivations } from '@arborize/activations';
import { useBackend } from '@arborize/backends';
import { parallelWorker } from '@arborize/sparse';

await useBackend('wasm', { threads: 1 });
registerActivations();
await parallelWorker();
