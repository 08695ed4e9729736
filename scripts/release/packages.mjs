import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { run } from './run.mjs';

/** Every package that is published: its folder, its manifest, and its short name. */
export function publicPackages() {
  return readdirSync('packages')
    .map((name) => ({ name, folder: resolve('packages', name) }))
    .filter(({ folder }) => existsSync(join(folder, 'package.json')))
    .map((entry) => ({
      ...entry,
      manifest: JSON.parse(readFileSync(join(entry.folder, 'package.json'), 'utf8')),
    }))
    .filter(({ manifest }) => !manifest.private);
}

/** Packs each package into `folder`, as it would be published. */
export function packAll(packages, folder) {
  return packages.map((entry) => {
    const [{ filename, size, unpackedSize }] = JSON.parse(
      run('npm', ['pack', '--json', '--pack-destination', folder], { cwd: entry.folder }),
    );
    return { ...entry, tarball: join(folder, filename), packed: size, unpacked: unpackedSize };
  });
}
