import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const folder = fileURLToPath(new URL('../../..', import.meta.url));
const built = existsSync(new URL('../../../dist/index.js', import.meta.url));
const remedy = 'run `npm run build` before';

// Children run what is built, not the sources: in CommonJS, too.
function run(program: string, type: string) {
  const { status, signal, stdout, stderr } = spawnSync(
    process.execPath,
    [`--input-type=${type}`, '-e', program],
    { cwd: folder, encoding: 'utf8', timeout: 45_000 },
  );
  expect({ status, signal }, stderr).toEqual({ status: 0, signal: null });
  return JSON.parse(stdout.trim().split('\n').at(-1)!);
}

const PRODUCT = `
  const { device, threads } = await useBackend('wasm', { threads: 2 });
  const y = tf.matMul(tf.ones([600, 600]), tf.ones([600, 600]));
  console.log(JSON.stringify({ device, threads, value: (await y.data())[359_999] }));
`;
const MODULE = `
  import { useBackend } from '@arborize/backends';
  import * as tf from '@tensorflow/tfjs-core';
`;
const COMMON = `
  const { useBackend } = require('@arborize/backends');
  const tf = require('@tensorflow/tfjs-core');
`;

it.for([
  ['module', MODULE + PRODUCT],
  ['commonjs', `${COMMON}(async () => {${PRODUCT}})();`],
] as const)('lets Node exit by itself after a product on threads: %s', ([type, program], { skip }) => {
  skip(!built, remedy);
  const { threads, value } = run(program, type);
  expect({ threads, value }).toEqual({ threads: 2, value: 600 });
});

it('starts with one thread where the engine refuses the shared heap, and says why', ({ skip }) => {
  skip(!built, remedy);
  const refusal = `
    const { instantiate } = WebAssembly;
    let calls = 0;
    WebAssembly.instantiate = async (...call) => {
      if (calls++ === 0) throw new Error('no shared memory here');
      return instantiate(...call);
    };
  `;
  const { device, threads, value } = run(MODULE + refusal + PRODUCT, 'module');
  expect(device).toMatch(/, 1 thread, no more because no shared memory here\)$/);
  expect({ threads, value }).toEqual({ threads: 1, value: 600 });
});
