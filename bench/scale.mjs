// `node bench/scale.mjs [--sizes 125000,250000,…] [--steps 10] [--batch 16] [--larger 64] [--beyond 4000000,…] [--write docs]`:
// how time and memory of sparse training grow with the number of hidden neurons. Each size runs in a process of its own, and once more
// on the batches of `--larger`; sizes of `--beyond` take three steps, if they can. `--write` puts scale.md and scale.svg there.
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { availableParallelism, cpus } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { scalePage } from './scale/page.mjs';
import { scalePlot } from './scale/plot.mjs';
import { evenly, train } from './scale/train.mjs';

const { values: options } = parseArgs({
  options: {
    sizes: { type: 'string', default: '125000,250000,500000,1000000' },
    beyond: { type: 'string', default: '' },
    steps: { type: 'string', default: '10' },
    batch: { type: 'string', default: '16' },
    larger: { type: 'string', default: '64' },
    write: { type: 'string' },
    one: { type: 'string' },
    hidden: { type: 'string' },
  },
});
const [steps, batch, larger] = [options.steps, options.batch, options.larger].map(Number);
const sizesOf = (text) => text.split(',').filter(Boolean).map(Number);

if (options.one || options.hidden) {
  // `--hidden 1000,2000`: one network with hidden layers of these widths.
  const widths = options.hidden ? sizesOf(options.hidden) : evenly(Number(options.one));
  console.log(JSON.stringify(await train(widths, steps, batch)));
  process.exit(0);
}

/** Measures one size elsewhere, or tells why it could not. */
function measure(neurons, steps, batch) {
  const script = fileURLToPath(import.meta.url);
  const numbers = { one: neurons, steps, batch };
  const command = [script, ...Object.entries(numbers).flatMap(([name, n]) => [`--${name}`, String(n)])];
  const { stdout, stderr, signal } = spawnSync(process.execPath, command, { encoding: 'utf8' });
  const last = stdout.trim().split('\n').at(-1);
  if (last?.startsWith('{')) return JSON.parse(last);
  const message =
    stderr.split('\n').find((line) => /Error/.test(line)) ?? signal ?? 'it ended without a word';
  return { neurons, failed: message.trim() };
}

const measured = [];
const wider = [];
const beyond = [];
for (const [list, sizes, count, examples] of [
  [measured, sizesOf(options.sizes), steps, batch],
  [wider, sizesOf(options.sizes), steps, larger],
  [beyond, sizesOf(options.beyond), 3, batch],
]) {
  for (const neurons of sizes) {
    const result = measure(neurons, count, examples);
    list.push(result);
    console.log(JSON.stringify(result));
  }
}

const run = {
  date: new Date().toISOString().slice(0, 10),
  machine: `${cpus()[0]?.model.trim() ?? 'unknown'}, one thread of ${availableParallelism()} cores`,
  node: process.version,
  steps,
  batch,
  larger,
  measured,
  wider,
  beyond,
};
if (options.write) {
  writeFileSync(join(options.write, 'scale.svg'), scalePlot(measured));
  writeFileSync(join(options.write, 'scale.md'), scalePage(run));
}
