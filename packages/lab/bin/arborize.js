#!/usr/bin/env node
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const at = (path) => fileURLToPath(new URL(path, import.meta.url));

// In a fresh clone nothing is built yet; in an installed package there is nothing to build.
if (!existsSync(at('../dist/cli.js')) && existsSync(at('../../../turbo.json'))) {
  console.error('arborize: building once…');
  const { status } = spawnSync(
    'npm',
    ['run', 'build', '--', '--filter=@arborize/lab...', '--output-logs=errors-only'],
    {
      cwd: at('../../..'),
      stdio: ['ignore', 'ignore', 'inherit'],
    },
  );
  if (status !== 0) {
    console.error('arborize: the build failed; run `npm run build` to see why.');
    process.exit(1);
  }
}

const { main } = await import('../dist/cli.js');
process.exit(await main(process.argv.slice(2)));
