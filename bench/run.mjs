// `npm run bench -- [--case PATTERN] [--backend NAME] [--threads N] [--rounds N] [--slow] [--json FILE]`; see
// README.md here.
import { readdirSync, writeFileSync } from 'node:fs';
import { availableParallelism, cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { measure, summarize } from './measure.mjs';
import { onBackend, startBackend } from './peers/backends.mjs';
import { stopPython } from './peers/python.mjs';

const { values: options } = parseArgs({
  options: {
    backend: { type: 'string', default: 'wasm' },
    case: { type: 'string', default: '' },
    json: { type: 'string' },
    rounds: { type: 'string', default: '20' },
    seconds: { type: 'string', default: '10' },
    slow: { type: 'boolean', default: false },
    threads: { type: 'string', default: '1' },
  },
});
const rounds = Number(options.rounds);
const seconds = Number(options.seconds);
if (!(Number.isInteger(rounds) && rounds > 0) || !(seconds > 0)) {
  console.error('npm run bench: --rounds must be a whole number above 0, --seconds a number above 0');
  process.exit(2);
}

const threads = Number(options.threads);
const {
  name: backend,
  device,
  software,
  threads: had,
} = await startBackend(options.backend, { threads }).catch((error) => {
  console.error(`npm run bench: ${error.message}`);
  process.exit(2);
});
const several = backend === 'wasm' && had > 1;
const machine = { cpu: cpus()[0]?.model.trim() ?? 'unknown', cores: availableParallelism() };
const run = {
  date: new Date().toISOString(),
  machine,
  node: process.version,
  backend,
  device,
  software,
  threads: had,
  cases: [],
};
console.log(`${run.date.slice(0, 10)}, ${machine.cpu}, ${machine.cores} cores, Node ${run.node}`);
console.log(`ours: ${backend}, ${device}${several ? `; 'ours' alone on 1` : ''}`);
if (software) console.log('This adapter is emulated on the CPU: its times say nothing about a GPU.');

const files = readdirSync(new URL('cases/', import.meta.url)).filter((file) => file.endsWith('.mjs'));
const modules = await Promise.all(files.map(load));
const pattern = new RegExp(options.case, 'i');
for (const { name, work, peers, ...comparison } of modules.flatMap((module) => module.default)) {
  if (!pattern.test(name)) continue;
  console.log(`\n${name}`);
  const contenders = [...ours(work), ...peers(backend, several ? had : 1)];
  const results = summarize(await measure({ contenders, ...comparison }, { rounds, seconds, ...options }));
  run.cases.push({ name, results });
  print(results);
}
stopPython();
if (options.json) writeFileSync(options.json, `${JSON.stringify(run, null, 2)}\n`);
if (run.cases.length === 0) console.error(`npm run bench: no case matches ${options.case}`);
const wrong = run.cases.some(({ results }) => results.some((result) => result.wrong));
process.exit(wrong || run.cases.length === 0 ? 1 : 0);

/** One thread, as the peers have; and what more give, on the same heap, which is shared then. */
function ours(work) {
  if (!several) return [onBackend(backend, 'ours', work)];
  return [1, had].map((n) => onBackend(backend, n === 1 ? 'ours' : `ours, ${n} threads`, work, n));
}

async function load(file) {
  try {
    return await import(`./cases/${file}`);
  } catch (error) {
    console.error(
      `npm run bench: cases/${file} does not load: ${error.message}. Run \`npm run build\` first.`,
    );
    process.exit(2);
  }
}

function print(results) {
  console.log(row('', 'rounds', 'min ms', 'median ms', 'ratio'));
  for (const { name: contender, note, milliseconds, min, median, ratio } of results) {
    if (note) console.log(`  ${contender.padEnd(22)}  ${note}`);
    else
      console.log(
        row(contender, milliseconds.length, digits(min), digits(median), ratio ? digits(ratio) : ''),
      );
  }
}

function row(contender, ...cells) {
  return `  ${contender.padEnd(22)}${cells.map((cell) => String(cell).padStart(11)).join('')}`;
}

function digits(value) {
  return value >= 100 ? value.toFixed(0) : value.toPrecision(3);
}
