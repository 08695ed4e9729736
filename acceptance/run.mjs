// `npm run acceptance [-- PATTERN] [--backend NAME] [--data DIR] [--json FILE] [--out DIR] [--long] [--list]`; see README.md here.
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { availableParallelism, cpus } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { buildHash } from './build-hash.mjs';
import { judge } from './judge.mjs';
import { runCase } from './run-case.mjs';
import { formatTable } from './table.mjs';

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    backend: { type: 'string', default: 'wasm' },
    data: { type: 'string', default: '../shared/data' },
    json: { type: 'string' },
    list: { type: 'boolean', default: false },
    long: { type: 'boolean', default: false },
    out: { type: 'string' },
  },
});
const root = dirname(import.meta.dirname);
const files = readdirSync(join(import.meta.dirname, 'cases')).filter((file) => file.endsWith('.mjs'));
const modules = await Promise.all(files.map((file) => import(`./cases/${file}`)));
const pattern = new RegExp(positionals[0] ?? '', 'i');
const cases = modules.flatMap((module) => module.default).filter(({ name }) => pattern.test(name));
if (cases.length === 0) {
  console.error(`npm run acceptance: no case matches ${positionals[0]}`);
  process.exit(2);
}
if (options.list) {
  for (const { name, what } of cases) console.log(`${name.padEnd(28)} ${what}`);
  process.exit(0);
}

const { backend } = options;
const place = backend === 'wasm' ? buildHash(root) : `${buildHash(root)}-${backend}`;
const out = options.out ?? join('.cache', 'acceptance', place);
mkdirSync(out, { recursive: true });
const machine = { cpu: cpus()[0]?.model.trim() ?? 'unknown', cores: availableParallelism() };
const run = { date: new Date().toISOString(), machine, node: process.version, backend, cases: [] };
console.log(`${run.date.slice(0, 10)}, ${machine.cpu}, ${machine.cores} cores, Node ${run.node}, ${backend}`);
console.log(`Results: ${out}\n`);

for (const each of cases) {
  const { name, what, data, takes } = each;
  const places = [data ?? []].flat().map((place) => resolve(options.data, place));
  const directory = places.find((place) => existsSync(place));
  const outcome = { name, what };
  run.cases.push(outcome);
  console.log(`${name}: ${what}`);
  const missing = places.length > 0 && !directory;
  if (missing || (takes && !options.long)) {
    outcome.skipped = missing
      ? `there is no ${places.join(', and no ')}; --data DIR names the folder that has it`
      : `takes ${takes} on one core; --long runs it`;
    console.log(`  skipped: ${outcome.skipped}\n`);
    continue;
  }
  try {
    const { results, metric } = await runCase(each, { backend, data: directory, out: join(out, name) });
    outcome.requirements = judge(each, results, metric);
    outcome.seconds = results.reduce((sum, { seconds }) => sum + seconds, 0);
    console.log(`${formatTable(outcome.requirements)}\n`);
  } catch (error) {
    outcome.failed = error.message;
    console.log(`  FAILED: ${error.stack}\n`);
  }
  if (options.json) writeFileSync(options.json, `${JSON.stringify(run, null, 2)}\n`);
}

const requirements = run.cases.flatMap((outcome) => outcome.requirements ?? []);
const met = requirements.filter(({ ok }) => ok).length;
const skipped = run.cases.filter((outcome) => outcome.skipped).length;
const failed = run.cases.filter((outcome) => outcome.failed).length;
console.log(
  `${met} met, ${requirements.length - met} missed` +
    `${failed ? `, ${failed} cases failed` : ''}${skipped ? `, ${skipped} cases skipped` : ''}`,
);
if (options.json) writeFileSync(options.json, `${JSON.stringify(run, null, 2)}\n`);
process.exit(met < requirements.length || failed > 0 ? 1 : 0);
