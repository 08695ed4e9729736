import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { findCycle } from './find-cycle.mjs';
import { importFault, manifestFaults } from './package-rules.mjs';
import { readImports } from './read-imports.mjs';

const SOURCE = /\.(ts|tsx|js|mjs)$/;
const ASSEMBLY = join('packages', 'core', 'assembly');

/**
 * What breaks the import rules of CONTRIBUTING.md in the packages of the workspace at `root`.
 * @param {string} root
 * @returns {{ faults: string[], files: number }}
 */
export function checkWorkspace(root) {
  const folders = workspaceFolders(root);
  const workspace = {
    packages: new Map(folders.map(({ manifest }) => [manifest.name, manifest])),
    rootManifest: readJson(join(root, 'package.json')),
  };
  const faults = folders.flatMap((from) =>
    manifestFaults(from).map((fault) => `${join(from.folder, 'package.json')}: ${fault}`),
  );
  const modules = new Map();
  for (const from of folders) {
    for (const file of sources(root, from.folder)) {
      const { imports, syncReads } = readImports(file, readFileSync(join(root, file), 'utf8'));
      const relatives = imports.filter(({ specifier }) => specifier.startsWith('.'));
      const bare = new Set(imports.map(({ specifier }) => specifier).filter((name) => !name.startsWith('.')));
      modules.set(
        file,
        relatives.filter(({ typeOnly }) => !typeOnly).map(({ specifier }) => join(dirname(file), specifier)),
      );
      const found = [
        ...syncReads.map((name) => `${name} blocks, and fails on WebGPU; await data() or array()`),
        ...relatives.map(({ specifier }) => pathFault(specifier, from.folder, file)),
        ...[...bare].map((name) => importFault(name, from, relative(from.folder, file), workspace)),
      ];
      faults.push(...found.filter(Boolean).map((fault) => `${file}: ${fault}`));
    }
  }
  const packages = new Map(
    folders.map(({ manifest }) => [manifest.name, Object.keys(manifest.dependencies ?? {})]),
  );
  for (const cycle of [findCycle(modules), findCycle(packages)]) {
    if (cycle) faults.push(`import cycle: ${cycle.join(' → ')}`);
  }
  return { faults, files: modules.size };
}

function workspaceFolders(root) {
  return ['packages', 'apps']
    .filter((parent) => existsSync(join(root, parent)))
    .flatMap((parent) =>
      readdirSync(join(root, parent)).map((name) => ({ name, folder: join(parent, name) })),
    )
    .filter(({ folder }) => existsSync(join(root, folder, 'package.json')))
    .map((entry) => ({ ...entry, manifest: readJson(join(root, entry.folder, 'package.json')) }));
}

function sources(root, folder) {
  return ['src', 'bin', 'bench']
    .filter((part) => existsSync(join(root, folder, part)))
    .flatMap((part) =>
      readdirSync(join(root, folder, part), { recursive: true }).map((name) => join(folder, part, name)),
    )
    .filter((name) => SOURCE.test(name));
}

function pathFault(specifier, folder, file) {
  const target = join(dirname(file), specifier);
  // AssemblyScript knows no packages: kernels reach the shared SIMD functions by path.
  if (file.endsWith('.as.ts') && target.startsWith(ASSEMBLY)) return undefined;
  if (!relative(folder, target).startsWith('..')) return undefined;
  return `${specifier} leaves the package; import the other package by its name`;
}

function readJson(path) {
  return JSON.parse(readFileSync(path, 'utf8'));
}
