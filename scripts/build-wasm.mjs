// Compiles each AssemblyScript file `src/**/*.as.ts` of the package in the working directory into its sibling
// `*.as.generated.ts`, which exports the module as base64. `*.relaxed.as.ts` may use relaxed SIMD.
import { existsSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { embeddingFaults } from './wasm/embedding-faults.mjs';

const SOURCE = '.as.ts';
const OPTIONS = '-O3 --noAssert --runtime stub --importMemory --noExportMemory --enable simd'.split(' ');

const files = (folder) =>
  existsSync(folder) ? readdirSync(folder, { recursive: true }).map((name) => join(folder, name)) : [];
const changed = (path) => statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;

const sources = files('src').filter((path) => path.endsWith(SOURCE));
// Any of these may be imported by any source, so all of them count.
const shared = files(fileURLToPath(new URL('../packages/core/assembly', import.meta.url)));
const inputs = [fileURLToPath(import.meta.url), ...shared, ...files('assembly'), ...sources];
const newest = Math.max(...inputs.map(changed));

for (const source of sources) {
  const target = source.replace(/\.ts$/, '.generated.ts');
  if (changed(target) > newest) continue;
  writeFileSync(target, generated(source, await compile(source)));
}

async function compile(source) {
  // Loading the compiler takes a second, which a run with nothing to do should not pay.
  const { default: asc } = await import('assemblyscript/asc');
  let wasm;
  const relaxed = source.endsWith(`.relaxed${SOURCE}`) ? ['--enable', 'relaxed-simd'] : [];
  const { error } = await asc.main([source, '-o', 'module.wasm', ...OPTIONS, ...relaxed], {
    stdout: process.stdout,
    stderr: process.stderr,
    writeFile(_name, contents) {
      wasm = contents;
    },
  });
  if (error) fail(source, error.message);
  const faults = embeddingFaults(wasm);
  if (faults.length > 0) fail(source, `the compiled module ${faults.join(';\n  and it ')}`);
  return wasm;
}

function generated(source, wasm) {
  const base64 = Buffer.from(wasm).toString('base64');
  return `// Built from ${source} by scripts/build-wasm.mjs.\nexport const wasm =\n  '${base64}';\n`;
}

function fail(source, why) {
  console.error(`${source}: ${why}`);
  process.exit(1);
}
