import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const folder = fileURLToPath(new URL('../..', import.meta.url));

const PROGRAM = `
import { BackendError, useBackend } from '@arborize/backends';
import * as tf from '@tensorflow/tfjs-core';
try {
  const { device, software } = await useBackend('webgpu');
  const y = tf.add(tf.ones([2000]), 1);
  console.log(JSON.stringify({ device, software, value: (await y.data())[1999] }));
} catch (error) {
  if (!(error instanceof BackendError)) throw error;
  console.log(JSON.stringify({ missing: error.message }));
}
`;

it('lets Node exit by itself, and names the adapter', ({ skip }) => {
  // A child runs what is built, not the sources.
  skip(!existsSync(new URL('../../dist/index.js', import.meta.url)), 'run `npm run build` before');
  const { status, signal, stdout, stderr } = spawnSync(
    process.execPath,
    ['--input-type=module', '-e', PROGRAM],
    { cwd: folder, encoding: 'utf8', timeout: 45_000 },
  );
  expect({ status, signal }, stderr).toEqual({ status: 0, signal: null });
  const { missing, device, software, value } = JSON.parse(stdout.trim().split('\n').at(-1)!);
  skip(missing !== undefined, missing);
  expect(value).toBe(2);
  expect(device).not.toBe('');
  expect(software).toBe(/swiftshader|llvmpipe/i.test(device));
});
