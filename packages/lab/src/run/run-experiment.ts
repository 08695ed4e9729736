import { mkdir, readdir, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { type BackendName, useBackend } from '@arborize/backends';
import { ArgumentError } from '@arborize/core';
import { fileStorage } from '@arborize/core/node';
import type { Dataset } from '@arborize/datasets';
import type { Experiment, Outcome, Scale, Task } from '../experiment/experiment.ts';
import { totalEpochs, withEpochs } from '../experiment/total-epochs.ts';
import { writeReport } from '../report/write-report.ts';
import { LAB_VERSION } from '../version.ts';
import { LOCK_FILE, lockDirectory } from './lock.ts';
import { nearest } from './nearest.ts';
import { writePictures } from './pictures-file.ts';
import { appendResult, type Result, readResults, repairResults } from './results-file.ts';
import {
  assertSameSettings,
  type RunRecord,
  readRunRecord,
  type Settings,
  writeRunRecord,
} from './run-record.ts';
import { UsageError } from './usage-error.ts';

export interface RunOptions {
  /** Directory of the run; made if missing. */
  readonly out: string;
  /** Goes on with the run in `out`; options left out are then those it was started with. Default `false`. */
  readonly resume?: boolean;
  /** Default `'auto'`, the fastest that works. */
  readonly backend?: BackendName | 'auto';
  /** Directory of the data. Default: the data embedded in the experiment. */
  readonly data?: string;
  /** Each variant is trained with the seeds 0 … seeds − 1. Default 3. */
  readonly seeds?: number;
  /** Only these variants, in the experiment's order. Default: all. */
  readonly variants?: readonly string[];
  /** Epochs in all. Default: those of the protocol. */
  readonly epochs?: number;
  /** Default `'small'`. */
  readonly scale?: Scale;
  readonly onEvent?: (event: RunEvent) => void;
}

/** What happens in a run, in order: one `start`; then for each training `progress` and one `result`. */
export type RunEvent =
  | { readonly kind: 'start'; readonly record: RunRecord; readonly done: number; readonly total: number }
  | {
      readonly kind: 'progress';
      readonly variant: string;
      readonly seed: number;
      /** Of this training, in [0, 1]. */
      readonly fraction: number;
      readonly words: string;
    }
  | { readonly kind: 'result'; readonly result: Result; readonly done: number };

/**
 * Trains every variant of an experiment with every seed, keeping each result the moment it is finished.
 *
 * Writes `run.json` (the settings), `results.jsonl` (one line per finished training) and `report.html` into `out`. A run
 * that was stopped, in whatever way, goes on with `resume: true`; finished trainings are not repeated, and one that keeps
 * its state in `storage` goes on in the middle.
 *
 * @returns The record of the run and all its results, earlier ones included.
 * @throws UsageError if `out` is in use, or holds something else, or was started with other settings.
 *
 * @example
 * const { results } = await runExperiment(activations, { out: 'runs/first', backend: 'wasm', seeds: 1 });
 * results.map((r) => `${r.variant} ${r.metrics.accuracy}`);
 */
export async function runExperiment(
  experiment: Experiment,
  options: RunOptions,
): Promise<{ record: RunRecord; results: Result[] }> {
  assertCount('seeds', options.seeds);
  assertCount('epochs', options.epochs);
  const { out, onEvent = () => {} } = options;
  const earlier = options.resume ? await readRunRecord(out) : await assertFresh(out);
  const { record, data } = await prepare(experiment, options, earlier);
  await mkdir(out, { recursive: true });
  const unlock = await lockDirectory(out);
  try {
    if (!earlier) await writeRunRecord(out, record);
    await repairResults(out);
    const results = await readResults(out);
    await writeReport(out, record, results);
    const { settings } = record;
    onEvent({
      kind: 'start',
      record,
      done: results.length,
      total: settings.variants.length * settings.seeds,
    });

    const finished = new Set(results.map(({ variant, seed }) => `${variant} ${seed}`));
    for (let seed = 0; seed < settings.seeds; seed++) {
      for (const variant of settings.variants) {
        if (finished.has(`${variant} ${seed}`)) continue;
        const checkpoint = join(out, `${variant}-${seed}.checkpoint`);
        const given = { data, seed, storage: fileStorage(checkpoint) };
        const { pictures = [], ...result } = await train(experiment, settings, variant, given, onEvent);
        // First the pictures: a result that is there is complete.
        await writePictures(out, { variant, seed, pictures });
        await appendResult(out, result);
        await rm(checkpoint, { force: true });
        results.push(result);
        await writeReport(out, record, results);
        onEvent({ kind: 'result', result, done: results.length });
      }
    }
    return { record, results };
  } finally {
    await unlock();
  }
}

async function train(
  experiment: Experiment,
  settings: Settings,
  variant: string,
  given: Pick<Task, 'data' | 'seed' | 'storage'>,
  onEvent: (event: RunEvent) => void,
): Promise<Result & Outcome> {
  const { seed } = given;
  const started = performance.now();
  const outcome = await experiment.variants[variant]!({
    ...given,
    scale: settings.scale,
    protocol: settings.protocol,
    progress: (fraction, words) => onEvent({ kind: 'progress', variant, seed, fraction, words }),
  });
  const seconds = (performance.now() - started) / 1000;
  return { experiment: experiment.name, variant, seed, backend: settings.backend, ...outcome, seconds };
}

/** Readies backend and data, and fixes the settings; those of the earlier run where the options leave them open. */
async function prepare(experiment: Experiment, options: RunOptions, earlier: RunRecord | null) {
  const before = earlier?.settings;
  const { name: backend, device } = await useBackend(options.backend ?? before?.backend ?? 'auto');
  const source = options.data ? resolve(options.data) : (before?.data.source ?? null);
  const scale = options.scale ?? before?.scale ?? 'small';
  const data = source === null ? await experiment.embedded(scale) : await load(experiment, source, scale);
  const epochs = options.epochs ?? before?.epochs ?? totalEpochs(experiment.protocol[scale]);
  const settings: Settings = {
    experiment: experiment.name,
    variants:
      chosenVariants(experiment, options.variants ?? before?.variants) ?? Object.keys(experiment.variants),
    scale,
    backend,
    seeds: options.seeds ?? before?.seeds ?? 3,
    epochs,
    protocol: withEpochs(experiment.protocol[scale], epochs),
    data: { name: data.name, source, train: data.train.count, test: data.test.count },
  };
  if (earlier) {
    assertSameSettings(earlier.settings, settings, options.out);
    return { record: earlier, data };
  }
  const { title, question, papers, notes, metric, otherMetrics, curveBy, baseline } = experiment;
  const record: RunRecord = {
    format: 1,
    about: { title, question, papers, notes, metric, otherMetrics, curveBy, baseline },
    settings,
    ...(settings.variants.length < Object.keys(experiment.variants).length && { subset: true }),
    environment: { device, node: process.version, lab: LAB_VERSION, started: new Date().toISOString() },
    pictures: (await experiment.pictures?.()) ?? [],
  };
  return { record, data };
}

async function load(experiment: Experiment, directory: string, scale: Scale): Promise<Dataset> {
  if (experiment.load) return experiment.load(directory, scale);
  throw new UsageError(`The experiment ${experiment.name} makes its own data and takes no --data.`);
}

async function assertFresh(out: string): Promise<null> {
  const entries = await readdir(out).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    if (error.code === 'ENOTDIR')
      throw new UsageError(`${out} must be a directory, but a file is in its place.`);
    throw error;
  });
  if (entries.every((name) => name === LOCK_FILE)) return null;
  throw new UsageError(
    `${out} is not empty: add --resume to go on with the run in it, or choose another --out.`,
  );
}

function chosenVariants({ name, variants }: Experiment, chosen: readonly string[] | undefined) {
  const unknown = chosen?.find((variant) => !(variant in variants));
  if (unknown !== undefined) {
    const near = nearest(unknown, Object.keys(variants));
    throw new UsageError(
      `The experiment ${name} has no variant '${unknown}'; ${near ? `did you mean ${near}?` : `it has ${Object.keys(variants).join(', ')}.`}`,
    );
  }
  return chosen && Object.keys(variants).filter((variant) => chosen.includes(variant));
}

function assertCount(argument: string, got: number | undefined): void {
  if (got === undefined || (Number.isInteger(got) && got > 0)) return;
  throw new ArgumentError({ where: 'runExperiment', argument, got, expected: 'a whole number above 0' });
}
