// The demo: builds what it needs, then compares the activations on the embedded handwritten digits.
import { spawnSync } from 'node:child_process';

function run(words, command, args) {
  console.log(words);
  const { status, signal } = spawnSync(command, args, { stdio: 'inherit' });
  if (status !== 0) process.exit(signal ? 130 : (status ?? 1));
}

run('Building (the first time takes a little; afterwards it is cached) …', 'npx', [
  'turbo',
  'run',
  'build',
  '--filter=@arborize/lab...',
  '--output-logs=errors-only',
]);
run('', process.execPath, [
  'packages/lab/bin/arborize.js',
  'run',
  'activations',
  '--seeds',
  '3',
  '--backend',
  'wasm',
]);
