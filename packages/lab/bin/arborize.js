#!/usr/bin/env node
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const at = (path) => fileURLToPath(new URL(path, import.meta.url));

// In a fresh clone nothing is built yet; an installed package always is.
if (!existsSync(at('../dist/cli.js')) && existsSync(at('../../../turbo.json'))) {
  console.error('arborize: building once…');
  const turbo = at('../../../node_modules/turbo/bin/turbo');
  const args = ['run', 'build', '--filter=@arborize/lab...', '--output-logs=errors-only'];
  const build = spawnSync(process.execPath, [turbo, ...args], { cwd: at('../../..'), encoding: 'utf8' });
  if (build.status !== 0) {
    console.error(`${build.stdout}${build.stderr}\narborize: the build failed.`);
    process.exit(1);
  }
}

const { main } = await import('../dist/cli.js');
process.exit(await main(process.argv.slice(2)));
