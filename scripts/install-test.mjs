// Installs the packed packages into an empty project, as a user would, and uses them there. Run by release:check.
import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { run, runTool } from './release/run.mjs';

const PEERS = ['@tensorflow/tfjs-core@4.22.0', '@tensorflow/tfjs-layers@4.22.0'];
const USES = fileURLToPath(new URL('./release/install-test', import.meta.url));
const COMPILER = { strict: true, skipLibCheck: true, noEmit: true, target: 'es2022', types: [] };

/**
 * The steps of the install test, in order, each with its name; a step throws where the packages do not work.
 * @param {{ manifest: object, tarball: string }[]} packages
 * @param {string} project The folder to make the project in.
 * @returns {[string, () => void][]}
 */
export function installTest(packages, project) {
  const names = packages.flatMap(importNames);
  const node = (file) => run(process.execPath, [file], { cwd: project });
  return [
    ['npm install, without install scripts', () => install(packages, project)],
    [
      'every entry as ESM',
      () =>
        node(
          write(
            'imports.mjs',
            names.map((name) => `await import('${name}');`),
          ),
        ),
    ],
    [
      'every entry as CommonJS',
      () =>
        node(
          write(
            'imports.cjs',
            names.map((name) => `require('${name}');`),
          ),
        ),
    ],
    ['an op, a layer, a backend and data, from ESM', () => node('use.mjs')],
    ['an op from CommonJS', () => node('use.cjs')],
    ['TypeScript, nodenext', () => typecheck('nodenext', 'nodenext')],
    ['TypeScript, bundler', () => typecheck('bundler', 'esnext')],
    ['npx arborize list', () => run('npx', ['--no-install', 'arborize', 'list'], { cwd: project })],
  ];

  function write(file, lines) {
    writeFileSync(join(project, file), `${lines.join('\n')}\n`);
    return file;
  }

  function typecheck(moduleResolution, module) {
    const imports = names.map((name, i) => `export * as entry${i} from '${name}';`);
    const files = ['use.ts', write('imports.mts', imports)];
    // A bundler knows one kind of module; Node looks up other declarations for CommonJS.
    if (module === 'nodenext') files.push(write('imports.cts', imports));
    const config = { compilerOptions: { ...COMPILER, module, moduleResolution }, files };
    runTool('typescript', ['-p', write('tsconfig.json', [JSON.stringify(config)])], { cwd: project }, 'tsc');
  }
}

function install(packages, project) {
  mkdirSync(project);
  cpSync(USES, project, { recursive: true });
  writeFileSync(join(project, 'package.json'), '{ "private": true, "type": "module" }\n');
  run('npm', ['install', '--ignore-scripts', ...packages.map(({ tarball }) => tarball), ...PEERS], {
    cwd: project,
  });
  const { packages: installed } = JSON.parse(readFileSync(join(project, 'package-lock.json'), 'utf8'));
  const withScripts = Object.keys(installed).filter((path) => installed[path].hasInstallScript);
  if (withScripts.length > 0) throw new Error(`install scripts in ${withScripts.join(', ')}`);
}

/** What can be imported from a package; its tools for tests need vitest, which a user of theirs has. */
function importNames({ manifest }) {
  return Object.keys(manifest.exports)
    .filter((subpath) => subpath !== './testing')
    .map((subpath) => manifest.name + subpath.slice(1));
}
