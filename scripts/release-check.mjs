// `npm run release:check`: whether every package could be published now and would work where it is installed.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { exampleTests } from './check-examples.mjs';
import { installTest } from './install-test.mjs';
import { checkVersions } from './release/check-versions.mjs';
import { entrySize } from './release/entry-size.mjs';
import { packAll, publicPackages } from './release/packages.mjs';
import { run, runTool } from './release/run.mjs';

const budgets = JSON.parse(readFileSync('scripts/release/size-budgets.json', 'utf8'));
const folder = mkdtempSync(join(tmpdir(), 'release-'));
const counts = { passed: 0, failed: 0 };

async function check(name, test) {
  try {
    await test();
    counts.passed++;
    console.log(`ok      ${name}`);
  } catch (error) {
    counts.failed++;
    console.error(`FAILED  ${name}: ${error.message}`);
  }
}

const sizes = [];
await check('build', () => run('npx', ['turbo', 'run', 'build', '--output-logs=errors-only']));
if (counts.failed === 0) await checkPackages(packAll(publicPackages(), folder));
rmSync(folder, { recursive: true });

console.log('\nBytes of each package, and of its main entry in a web page:');
console.table(Object.fromEntries(sizes.map(({ package: name, ...rest }) => [name, rest])));
console.log(`${counts.passed} passed, ${counts.failed} failed`);
process.exit(counts.failed > 0 ? 1 : 0);

async function checkPackages(packages) {
  for (const { name, manifest, tarball, packed, unpacked, folder: home } of packages) {
    await check(`${manifest.name}: publint`, () => runTool('publint', ['run', tarball, '--strict']));
    // The node16 profile leaves out TypeScript's "node10" resolution, which knows no `exports` and so no subpaths.
    await check(`${manifest.name}: types`, () =>
      runTool('@arethetypeswrong/cli', ['--profile', 'node16', tarball], {}, 'attw'),
    );
    await check(`${manifest.name}: size`, async () => {
      const size = await entrySize(join(home, manifest.exports['.'].import.default));
      const budget = budgets[name];
      sizes.push({ package: manifest.name, packed, unpacked, 'minified + gzip': size, budget });
      if (!(size <= budget)) {
        throw new Error(`${size} bytes, the budget in scripts/release/size-budgets.json is ${budget}`);
      }
    });
    await check(`${manifest.name}: publish`, () =>
      run('npm', ['publish', '--dry-run', tarball], { cwd: folder }),
    );
  }
  await check('changeset version', () => checkVersions(packages));
  const installed = installTest(packages, join(folder, 'project'));
  for (const [name, test] of installed) await check(`installed: ${name}`, test);
  for (const [name, test] of exampleTests()) await check(`example ${name}`, test);
}
