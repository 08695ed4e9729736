import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { run, runTool } from './run.mjs';

/**
 * Tries `changeset version` on a clone: the pending changesets are valid, and a change of one package moves the
 * version of that package and of those that depend on it, and no other.
 */
export function checkVersions(packages) {
  const clone = mkdtempSync(join(tmpdir(), 'changeset-'));
  const versions = () =>
    new Map(packages.map(({ name }) => [name, readManifest(join(clone, 'packages', name)).version]));
  const version = () => runTool('@changesets/cli', ['version'], { cwd: clone }, 'changeset');
  try {
    run('git', ['clone', '--quiet', '--shared', '.', clone]);
    symlinkSync(resolve('node_modules'), join(clone, 'node_modules'));
    version();
    const before = versions();
    writeFileSync(
      join(clone, '.changeset', 'trial.md'),
      '---\n"@arborize/activations": minor\n---\n\nTrial.\n',
    );
    version();
    for (const [name, now] of versions()) {
      const manifest = packages.find((each) => each.name === name).manifest;
      const moves = name === 'activations' || '@arborize/activations' in (manifest.dependencies ?? {});
      if (moves !== (now !== before.get(name))) {
        throw new Error(`a change of activations took ${name} from ${before.get(name)} to ${now}`);
      }
    }
  } finally {
    rmSync(clone, { recursive: true });
  }
}

function readManifest(folder) {
  return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
}
