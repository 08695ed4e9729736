import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { checkWorkspace } from './check-workspace.mjs';

const manifest = (name: string, fields: object = {}) =>
  JSON.stringify({ name: `@arborize/${name}`, exports: { '.': {}, './testing': {} }, ...fields });
const HOUSE = {
  'package.json': JSON.stringify({ devDependencies: { vitest: '4', '@arborize/backends': '*' } }),
  'packages/core/package.json': manifest('core', { peerDependencies: { '@tensorflow/tfjs-core': '4' } }),
  'packages/backends/package.json': manifest('backends', { dependencies: { '@arborize/core': '*' } }),
  'packages/sparse/package.json': manifest('sparse', { dependencies: { '@arborize/core': '*' } }),
};
let folder: string | undefined;

afterEach(() => {
  if (folder) rmSync(folder, { recursive: true });
  folder = undefined;
});

/** The faults in a workspace with these files. */
function faults(files: Record<string, string>): string {
  folder = mkdtempSync(join(tmpdir(), 'check-imports-'));
  for (const [path, text] of Object.entries({ ...HOUSE, ...files })) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  return checkWorkspace(folder).faults.join('\n');
}

const inSparse = (text: string) => faults({ 'packages/sparse/src/a.ts': text });

describe('what is allowed', () => {
  it('core, its subpaths, Node and declared packages', () => {
    const text = `import { x } from '@arborize/core'; import { y } from '@arborize/core/testing'; import 'node:fs';`;
    expect(inSparse(text)).toBe('');
  });

  it('backends in a test, and cycles of types only', () => {
    expect(
      faults({
        'packages/sparse/src/a.test.ts': `import '@arborize/backends'; import 'vitest';`,
        'packages/sparse/src/a.ts': `import type { B } from './b.ts'; export type A = B;`,
        'packages/sparse/src/b.ts': `import { type A } from './a.ts'; export type B = A;`,
      }),
    ).toBe('');
  });

  it('the shared functions of AssemblyScript kernels, by path', () => {
    expect(
      faults({ 'packages/sparse/src/k.as.ts': `import { exp } from '../../core/assembly/simd-math';` }),
    ).toBe('');
  });
});

describe('what is refused', () => {
  it.each([
    [
      'backends in a technique',
      `import '@arborize/backends';`,
      'sparse may import core, activations, not backends',
    ],
    ['a dynamic import', `await import('@arborize/backends');`, 'not backends'],
    ['a type', `let x: import('@arborize/backends').X;`, 'not backends'],
    ['a deep import', `export * from '@arborize/core/src/op.ts';`, 'no deep imports across packages'],
    ['a path into another package', `import '../../core/src/op.ts';`, 'leaves the package'],
    ['an undeclared package', `import 'pngjs';`, 'pngjs is not declared in the package.json of sparse'],
    [
      'an undeclared package of ours',
      `import '@arborize/activations';`,
      'is not a package of this workspace',
    ],
    ['a development tool in a source', `import 'vitest';`, 'vitest is not declared'],
    ['the union package of tfjs', `import '@tensorflow/tfjs';`, 'not the union package'],
    ['a deep import of tfjs', `import '@tensorflow/tfjs-core/dist/tensor';`, 'at its root only'],
    ['a synchronous read', `export const f = (x: Tensor) => x.dataSync();`, 'dataSync blocks'],
  ])('%s', (_name, text, words) => {
    const found = inSparse(text);
    expect(found).toContain('packages/sparse/src/a.ts: ');
    expect(found).toContain(words);
  });

  it('core importing anything of ours', () => {
    expect(faults({ 'packages/core/src/a.ts': `import '@arborize/sparse';` })).toContain(
      'core may import no package of ours, not sparse',
    );
  });

  it('backends in an op suite', () => {
    expect(faults({ 'packages/sparse/src/a.op.test.ts': `import '@arborize/backends';` })).toContain(
      'an op suite runs on the backend that its project sets',
    );
  });

  it('tfjs as a dependency of a technique', () => {
    const own = manifest('sparse', { dependencies: { '@tensorflow/tfjs-core': '4' } });
    expect(faults({ 'packages/sparse/package.json': own })).toContain('must be a peer dependency');
  });

  it('a cycle of modules', () => {
    expect(
      faults({
        'packages/sparse/src/a.ts': `import './b.ts';`,
        'packages/sparse/src/b.ts': `export * from './a.ts';`,
      }),
    ).toContain(
      'import cycle: packages/sparse/src/a.ts → packages/sparse/src/b.ts → packages/sparse/src/a.ts',
    );
  });

  it('a cycle of packages', () => {
    const depending = (name: string, on: string) =>
      manifest(name, { dependencies: { [`@arborize/${on}`]: '*' } });
    expect(
      faults({
        'packages/lab/package.json': depending('lab', 'playground'),
        'packages/playground/package.json': depending('playground', 'lab'),
      }),
    ).toContain('import cycle: @arborize/lab → @arborize/playground → @arborize/lab');
  });
});
