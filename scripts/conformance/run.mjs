// `npm run conformance`: the specs that tfjs-core ships, on the stock WASM backend and on the repaired one. Fails where the
// repaired one fails a spec that the stock one passes.
import { spawn } from 'node:child_process';
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('../..', import.meta.url));
const folder = join(root, '.cache', 'conformance');
const bundle = join(folder, 'specs.mjs');

mkdirSync(folder, { recursive: true });
await build({
  entryPoints: [fileURLToPath(new URL('specs.mjs', import.meta.url))],
  outfile: bundle,
  bundle: true,
  format: 'esm',
  platform: 'node',
  target: 'node20',
  // The specs import parts of the package, and so must everything else: one copy, of modules.
  mainFields: ['module', 'main'],
  conditions: ['@arborize/source'],
  external: ['@tensorflow/tfjs-node', '@tensorflow/tfjs-node-gpu', 'webgpu'],
  banner: {
    js: `import { createRequire as makeRequire } from 'node:module';
import { dirname as folderOf } from 'node:path';
import { fileURLToPath as pathOf } from 'node:url';
const require = makeRequire(import.meta.url);
const __filename = pathOf(import.meta.url);
const __dirname = folderOf(__filename);`,
  },
  // The package declares its specs free of side effects, and they would be left out.
  ignoreAnnotations: true,
  logLevel: 'error',
});

const [stock, repaired] = await Promise.all(['stock', 'repaired'].map(runSpecs));
const lost = Object.keys(repaired.failed).filter((name) => !(name in stock.failed));
const won = Object.keys(stock.failed).filter((name) => !(name in repaired.failed));
for (const name of won) console.log(`repaired  ${name}`);
for (const name of lost) console.error(`FAILED    ${name}: ${repaired.failed[name]}`);
for (const [name, { passed, failed }] of Object.entries({ stock, repaired }))
  console.log(`${name}: ${passed.length} specs passed, ${Object.keys(failed).length} failed`);
console.log(`\n${repaired.passed.length} passed, ${lost.length} failed`);
process.exit(lost.length > 0 || repaired.passed.length === 0 ? 1 : 0);

/** @returns {Promise<{ passed: string[], failed: Record<string, string> }>} */
async function runSpecs(engine) {
  const target = join(folder, `${engine}.json`);
  const child = spawn(process.execPath, [bundle, engine, target], {
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  const code = await new Promise((resolve) => child.on('exit', resolve));
  if (code !== 0) throw new Error(`the specs on the ${engine} backend broke off with exit code ${code}`);
  return JSON.parse(readFileSync(target, 'utf8'));
}
