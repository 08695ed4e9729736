import { join } from 'node:path';
import type { BackendName } from '@arborize/backends';
import type { Experiment, Scale } from '../experiment/experiment.ts';
import { nearest } from '../run/nearest.ts';
import { runExperiment } from '../run/run-experiment.ts';
import { UsageError } from '../run/usage-error.ts';
import type { Command, Invocation } from './command.ts';
import { comparison } from './comparison.ts';
import { countOption, listOption } from './parse.ts';
import { showProgress } from './progress.ts';

export const run: Command = {
  name: 'run',
  summary: 'train the variants of an experiment and compare them',
  help: `Usage: arborize run <experiment> [options]

Trains every variant with several seeds, keeps each result in results.jsonl as soon as it is there, and draws
report.html. Stop it at any time; --resume goes on.

  --data DIR       use the data in this directory instead of the embedded data
  --scale SCALE    small (default) or paper, the published setting
  --seeds N        trainings per variant (default 3)
  --variants A,B   only these variants (default: all)
  --epochs N       epochs per training (default: the experiment's)
  --backend NAME   auto (default), webgpu, cuda, tensorflow, wasm or cpu
  --out DIR        where to write (default runs/<experiment>-<data>-<time>)
  --resume         go on with the run in --out; settings left out are those it was started with
  --debug          show stack traces`,
  options: {
    backend: { type: 'string' },
    data: { type: 'string' },
    seeds: { type: 'string' },
    epochs: { type: 'string' },
    variants: { type: 'string' },
    scale: { type: 'string' },
    out: { type: 'string' },
    resume: { type: 'boolean' },
  },
  positionals: ['experiment'],
  run: async ({ positionals, values, experiments }) => {
    const experiment = find(positionals[0]!, experiments);
    const { backend, data, out, resume } = values as { [key: string]: string | undefined; resume?: never };
    const options = {
      resume: Boolean(resume),
      seeds: countOption(values, 'seeds'),
      epochs: countOption(values, 'epochs'),
      variants: listOption(values, 'variants'),
      scale: scaleOption(values),
    };
    if (resume && out === undefined) {
      throw new UsageError('--resume needs the directory of the run: add --out DIR.');
    }
    const directory = out ?? defaultDirectory(experiment, data);
    const stopWatching = sayHowToResume(experiment, directory);
    try {
      const { record, results } = await runExperiment(experiment, {
        ...options,
        backend: backend as BackendName | undefined,
        data,
        out: directory,
        onEvent: showProgress(directory),
      });
      console.log(`\n${comparison(record, results)}\n\nReport: ${join(directory, 'report.html')}`);
    } finally {
      stopWatching();
    }
  },
};

function find(name: string, experiments: readonly Experiment[]): Experiment {
  const found = experiments.find((experiment) => experiment.name === name);
  if (found) return found;
  const names = experiments.map((experiment) => experiment.name);
  const near = nearest(name, names);
  throw new UsageError(
    `There is no experiment '${name}'; ${near ? `did you mean ${near}?` : `there are ${names.join(', ')}.`}`,
  );
}

function scaleOption({ scale }: Invocation['values']): Scale | undefined {
  if (scale === undefined || scale === 'small' || scale === 'paper') return scale;
  throw new UsageError(`--scale must be small or paper, got '${scale}'.`);
}

function defaultDirectory({ name }: Experiment, data: string | undefined): string {
  const source =
    data === undefined ? 'embedded' : (data.split(/[\\/]/).findLast((part) => part !== '') ?? 'data');
  const time = new Date().toISOString().slice(0, 19).replace('T', '-').replaceAll(':', '');
  return join('runs', `${name}-${source}-${time}`);
}

/** Every finished result is on disk already, so leaving at once is clean. */
function sayHowToResume({ name }: Experiment, directory: string): () => void {
  const stop = () => {
    process.stdout.write(`\nStopped. Go on with: npx arborize run ${name} --resume --out ${directory}\n`);
    process.exit(130);
  };
  process.once('SIGINT', stop);
  process.once('SIGTERM', stop);
  return () => {
    process.off('SIGINT', stop);
    process.off('SIGTERM', stop);
  };
}
