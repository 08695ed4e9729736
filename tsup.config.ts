import { readFileSync } from 'node:fs';
import { defineConfig } from 'tsup';

// One build for every package: the entries are what its `exports` map points at in `src`.
const { exports } = JSON.parse(readFileSync('package.json', 'utf8'));

export default defineConfig({
  entry: Object.values<Record<string, string>>(exports).map((e) => e['@arborize/source']!),
  format: ['esm', 'cjs'],
  target: 'es2022',
  dts: true,
  sourcemap: true,
  clean: true,
  shims: true,
});
