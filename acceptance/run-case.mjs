import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { EXPERIMENTS, runExperiment } from '@arborize/lab';

const HEARTBEAT_MS = 30_000;

/**
 * Runs a case's experiment, or what is missing of it, and returns all its results with the main metric.
 * @param {string} place.backend The backend.
 * @param {string | undefined} place.data Directory of the data.
 * @param {string} place.out Directory of the run; kept, so that a killed run goes on.
 */
export async function runCase({ name, experiment, run = {} }, { backend, data, out }) {
  const chosen =
    typeof experiment === 'string' ? EXPERIMENTS.find((each) => each.name === experiment) : experiment;
  if (!chosen) throw new Error(`${name}: the lab has no experiment '${experiment}'`);
  let told = Date.now();
  const { results } = await runExperiment(chosen, {
    backend,
    ...run,
    ...(data && { data }),
    out,
    resume: existsSync(join(out, 'run.json')),
    onEvent: (event) => {
      if (event.kind === 'start' && event.done > 0)
        console.log(`  ${event.done} of ${event.total} are done already`);
      if (event.kind === 'result') {
        const { variant, seed, metrics, seconds } = event.result;
        const value = metrics[chosen.metric.name];
        console.log(
          `  ${variant} seed ${seed}: ${chosen.metric.name} ${value?.toPrecision(4)}, ${seconds.toFixed(0)} s`,
        );
        told = Date.now();
      }
      if (event.kind === 'progress' && Date.now() - told > HEARTBEAT_MS) {
        console.log(`  ${event.variant} seed ${event.seed}: ${event.words}`);
        told = Date.now();
      }
    },
  });
  return { results, metric: chosen.metric.name };
}
