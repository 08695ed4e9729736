// The demo: builds what it needs, then compares the activations on the embedded handwritten digits.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));

function run(...args) {
  const { status, signal } = spawnSync(process.execPath, args, { cwd: root, stdio: 'inherit' });
  if (status !== 0) process.exit(signal ? 130 : status);
}

console.log('Building the packages; from the second time on this is cached.');
run('node_modules/turbo/bin/turbo', 'run', 'build', '--filter=@arborize/lab...', '--output-logs=errors-only');
run('packages/lab/bin/arborize.js', 'run', 'activations', '--seeds', '3', '--backend', 'wasm');
