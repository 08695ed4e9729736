// `node bench/scale.mjs [--sizes 125000,250000,…] [--steps 10] [--beyond 4000000,…] [--write docs]`: how time and memory of
// sparse training grow with the number of hidden neurons. Each size runs in a process of its own; sizes of `--beyond` take three
// steps, if they can. `--write` puts scale.md and scale.svg there.
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
    write: { type: 'string' },
    one: { type: 'string' },
    hidden: { type: 'string' },
  },
});
const steps = Number(options.steps);
const sizesOf = (text) => text.split(',').filter(Boolean).map(Number);

if (options.one || options.hidden) {
  // `--hidden 1000,2000`: one network with hidden layers of these widths.
  const widths = options.hidden ? sizesOf(options.hidden) : evenly(Number(options.one));
  console.log(JSON.stringify(await train(widths, steps)));
  process.exit(0);
}

/** Measures one size elsewhere, or tells why it could not. */
function measure(neurons, steps) {
  const script = fileURLToPath(import.meta.url);
  const command = [script, '--one', String(neurons), '--steps', String(steps)];
  const { stdout, stderr, signal } = spawnSync(process.execPath, command, { encoding: 'utf8' });
  const last = stdout.trim().split('\n').at(-1);
  if (last?.startsWith('{')) return JSON.parse(last);
  const message =
    stderr.split('\n').find((line) => /Error/.test(line)) ?? signal ?? 'it ended without a word';
  return { neurons, failed: message.trim() };
}

const measured = [];
const beyond = [];
for (const [list, sizes, count] of [
  [measured, sizesOf(options.sizes), steps],
  [beyond, sizesOf(options.beyond), 3],
]) {
  for (const neurons of sizes) {
    const result = measure(neurons, count);
    list.push(result);
    console.log(JSON.stringify(result));
  }
}

const run = {
  date: new Date().toISOString().slice(0, 10),
  machine: `${cpus()[0]?.model.trim() ?? 'unknown'}, one thread of ${availableParallelism()} cores`,
  node: process.version,
  steps,
  measured,
  beyond,
};
if (options.write) {
  writeFileSync(join(options.write, 'scale.svg'), scalePlot(measured));
  writeFileSync(join(options.write, 'scale.md'), scalePage(run));
}
