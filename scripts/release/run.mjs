import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

const require = createRequire(import.meta.url);

/** Runs a command and returns what it printed; throws with all of it when the command fails. */
export function run(command, args, options = {}) {
  const { status, stdout, stderr, error } = spawnSync(command, args, { encoding: 'utf8', ...options });
  if (status !== 0) throw error ?? new Error(`${command} ${args.join(' ')} failed:\n${stdout}${stderr}`);
  return stdout;
}

/** Runs the command that a package of this workspace's node_modules brings. */
export function runTool(name, args, options, bin = name) {
  const manifest = require.resolve(`${name}/package.json`);
  return run(process.execPath, [join(dirname(manifest), require(manifest).bin[bin]), ...args], options);
}
